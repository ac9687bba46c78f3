/** Hostile inputs: what is done with each, what has to come of it, and how long that may take. */
import { makeKey, signed } from "../../tests/fallback/support/rsa.mjs";
import { ADDRESSES, Network } from "../../tests/support/publisher.mjs";

const NOW = 1_800_000_000;

const CLAIMS = JSON.stringify({ iss: "joe", exp: NOW + 600 });

const MEBIBYTE = 1_048_576;

/**
 * `{ name, limitMilliseconds, expected, attempt }`: `attempt` answers the code, in every call by the same path. Network
 * is a function in this process, so that what is timed is the package.
 */
export async function hostileInputs({ createVerifier }) {
  const plain = await rsaVerifier(createVerifier, {}, makeKey(2048, 65_537n).jwk);
  const generous = await rsaVerifier(createVerifier, { maxTokenBytes: MEBIBYTE }, makeKey(2048, 65_537n).jwk);
  return [
    ...tokens(plain, "at the default limit of 16 KiB"),
    ...tokens(generous, "where 1 MiB is allowed", 1),
    ...(await keySets(createVerifier)),
    ...(await largestRsa(createVerifier)),
  ];
}

/** Tokens one byte too long, of every shape that could cost something before the length is looked at. */
function tokens(verifier, where, beyond = 0) {
  const length = MEBIBYTE + beyond;
  const shapes = {
    "of letters": "A".repeat(length),
    "of dots": ".".repeat(length),
    "in three parts": `${"A".repeat(1_000)}.${"A".repeat(length - 2_002)}.${"A".repeat(1_000)}`,
    "outside ASCII": "é".repeat(length),
  };
  return Object.entries(shapes).map(([shape, token]) => ({
    name: `1 MiB token ${shape}, ${where}`,
    limitMilliseconds: 1,
    expected: "ERR_TOKEN_TOO_LARGE",
    attempt: async () => verifier.check(token).code,
  }));
}

async function keySets(createVerifier) {
  const huge = Buffer.alloc(2_048, 0xff).toString("base64url");
  const rsa16384 = (kid) => ({ kty: "RSA", n: huge, e: "AQAB", kid: `${kid}`, alg: "RS256" });
  const many = (count, member) => JSON.stringify({ keys: Array.from({ length: count }, (_, at) => member(at)) });
  return [
    await keySet(
      createVerifier,
      "JWK Set of 100,000 empty keys",
      many(100_000, () => ({})),
      "ERR_KEY_SET_TOO_LARGE",
    ),
    await keySet(createVerifier, "JWK Set of 100,000 named keys", many(100_000, named), "ERR_FETCH_TOO_LARGE"),
    await keySet(createVerifier, "JWK Set of one RSA-16384 key", many(1, rsa16384), "0 of 1 keys taken"),
    await keySet(createVerifier, "JWK Set of 256 RSA-16384 keys", many(256, rsa16384), "0 of 256 keys taken"),
  ];
}

function named(at) {
  return { kty: "EC", crv: "P-256", x: "AA", y: "AA", kid: `${at}` };
}

/** Fetched and imported anew by every attempt. */
async function keySet(createVerifier, name, text, expected) {
  const network = new Network();
  const options = { issuer: "joe", audience: null, revocations: null, autoRefresh: false, now: () => NOW };
  const verifier = await createVerifier({ ...options, keys: { jwksUri: ADDRESSES.keys }, fetch: network.fetch });
  network.keys = Buffer.from(text);
  const attempt = async () => {
    const code = await verifier.refresh().then(
      () => null,
      (error) => error.code,
    );
    const { count, refused } = verifier.status().keys;
    return code ?? `${count} of ${count + refused.length} keys taken`;
  };
  return { name, limitMilliseconds: 10, expected, attempt };
}

/** The largest RSA key that is taken, with the usual and with the largest exponent. */
async function largestRsa(createVerifier) {
  const key = makeKey(8192, 65_537n);
  const token = signed(key, "RS256", CLAIMS);
  const slow = { ...key.jwk, e: Buffer.from("01ffffffff", "hex").toString("base64url") };
  const usual = await rsaVerifier(createVerifier, {}, key.jwk);
  // The signature does not hold under another exponent, and that takes as long to find out.
  const slowest = await rsaVerifier(createVerifier, {}, slow);
  const input = (name, verifier, expected) => ({
    name,
    limitMilliseconds: 5,
    expected,
    attempt: async () => verifier.check(token).code,
  });
  return [
    input("RSA-8192 signature, e = 65537", usual, "ACCEPTED"),
    input("RSA-8192 signature, e = 2^33 − 1", slowest, "ERR_SIGNATURE_INVALID"),
  ];
}

function rsaVerifier(createVerifier, options, jwk) {
  const keys = { jwks: { keys: [{ ...jwk, kid: "rsa", alg: "RS256" }] } };
  return createVerifier({ issuer: "joe", audience: null, revocations: null, now: () => NOW, keys, ...options });
}
