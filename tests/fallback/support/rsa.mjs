/**
 * RSA keys of any size and exponent with signatures by them, made in a moment: moduli are products of many small
 * primes (RFC 8017 §3.1 allows more than two). Worthless as keys, and to a verifier like any other.
 */
import { checkPrimeSync, createHash, generatePrimeSync, randomBytes } from "node:crypto";

/** Cases at the bounds: accepted ones, and each refused with its code. */
export function rsaCases() {
  return [
    ...SIZES.flatMap(([bits, e, algorithms]) => good(bits, e, algorithms)),
    ...BAD_KEYS.map(([bits, e]) => bad(bits, e)),
    beyondModulus(),
  ];
}

function good(bits, e, algorithms) {
  const key = makeKey(bits, e);
  return algorithms.flatMap((alg) => {
    const token = signed(key, alg);
    const name = `${bits} bits, e ${e}, ${alg}`;
    return [
      { name, jwk: { ...key.jwk, alg }, token, expected: "ACCEPTED" },
      { name: `${name}, forged`, jwk: { ...key.jwk, alg }, token: forged(token), expected: "ERR_SIGNATURE_INVALID" },
    ];
  });
}

function bad(bits, e) {
  const { jwk } = makeKey(bits, e);
  const token = signed(makeKey(2048, 65_537n), "RS256");
  return { name: `${bits} bits, e ${e}`, jwk: { ...jwk, alg: "RS256" }, token, expected: "ERR_KEY_REFUSED" };
}

/** The right signature plus the modulus: the same residue, as wide as the modulus, out of range (RFC 8017 §5.2.2). */
function beyondModulus() {
  for (;;) {
    const key = makeKey(2048, 65_537n);
    const [input, signature] = parts(signed(key, "RS256"));
    const beyond = fromOctets(signature) + key.n;
    if (beyond >> 2048n !== 0n) continue;
    const token = `${input}.${toOctets(beyond, 256).toString("base64url")}`;
    return { name: "s + n", jwk: { ...key.jwk, alg: "RS256" }, token, expected: "ERR_SIGNATURE_INVALID" };
  }
}

export function makeKey(bits, e) {
  const primes = primesFor(bits, e);
  const n = primes.reduce((product, prime) => product * prime);
  return { n, e, primes, bits, jwk: { kty: "RSA", n: integerText(n), e: integerText(e) } };
}

/** Primes whose product has exactly so many bits; none of them − 1 shares a factor with e. */
function primesFor(bits, e) {
  const primes = Array.from({ length: Math.floor(bits / PRIME_BITS) - 1 }, () => primeFor(e));
  const product = primes.reduce((whole, prime) => whole * prime);
  const least = (1n << BigInt(bits - 1)) / product + 1n;
  for (;;) {
    const candidate = (least + (fromOctets(randomBytes(64)) % (least - 1n))) | 1n;
    if (fits(candidate, e) && checkPrimeSync(candidate)) return [...primes, candidate];
  }
}

function primeFor(e) {
  for (;;) {
    const prime = generatePrimeSync(PRIME_BITS, { bigint: true });
    if (fits(prime, e)) return prime;
  }
}

/** An even e has no inverse: keys with one only have to look like keys. */
function fits(prime, e) {
  return e % 2n === 0n || e === 1n || gcd(prime - 1n, e) === 1n;
}

export function signed(key, alg, claims = "{}") {
  const input = `${text(JSON.stringify({ alg, kid: "rsa" }))}.${text(claims)}`;
  const hash = `sha${alg.slice(2)}`;
  const encoded = alg.startsWith("RS") ? pkcs1(key, hash, input) : pss(key, hash, input);
  return `${input}.${toOctets(rawSigned(key, encoded), Math.ceil(key.bits / 8)).toString("base64url")}`;
}

/** The private operation, prime by prime, put together by the Chinese remainder theorem. */
function rawSigned({ n, e, primes }, encoded) {
  const residues = primes.map((prime) => {
    const cofactor = n / prime;
    const root = power(encoded % prime, inverse(e, prime - 1n), prime);
    return root * cofactor * inverse(cofactor, prime);
  });
  return residues.reduce((sum, residue) => sum + residue, 0n) % n;
}

/** EMSA-PKCS1-v1_5 (RFC 8017 §9.2). */
function pkcs1({ bits }, hash, input) {
  const digest = createHash(hash).update(input).digest();
  const info = Buffer.concat([Buffer.from(DIGEST_INFO[hash], "hex"), digest]);
  const padding = Buffer.alloc(Math.ceil(bits / 8) - info.length - 3, 0xff);
  return fromOctets(Buffer.concat([Buffer.from([0, 1]), padding, Buffer.from([0]), info]));
}

/** EMSA-PSS with a salt as long as the hash (RFC 8017 §9.1.1). */
function pss({ bits }, hash, input) {
  const length = Math.ceil((bits - 1) / 8);
  const digest = createHash(hash).update(input).digest();
  const salt = randomBytes(digest.length);
  const h = createHash(hash)
    .update(Buffer.concat([Buffer.alloc(8), digest, salt]))
    .digest();
  const db = Buffer.concat([Buffer.alloc(length - salt.length - h.length - 2), Buffer.from([1]), salt]);
  const masked = xored(db, mgf1(hash, h, db.length));
  masked[0] &= 0xff >> (8 * length - (bits - 1));
  return fromOctets(Buffer.concat([masked, h, Buffer.from([0xbc])]));
}

function mgf1(hash, seed, length) {
  const blocks = [];
  for (let counter = 0; Buffer.concat(blocks).length < length; counter += 1) {
    blocks.push(
      createHash(hash)
        .update(seed)
        .update(Buffer.from([0, 0, 0, counter]))
        .digest(),
    );
  }
  return Buffer.concat(blocks).subarray(0, length);
}

function xored(one, other) {
  return Buffer.from(one.map((octet, at) => octet ^ other[at]));
}

function forged(token) {
  const [input, signature] = parts(token);
  signature[signature.length - 1] ^= 1;
  return `${input}.${signature.toString("base64url")}`;
}

function parts(token) {
  const dot = token.lastIndexOf(".");
  return [token.slice(0, dot), Buffer.from(token.slice(dot + 1), "base64url")];
}

function text(value) {
  return Buffer.from(value).toString("base64url");
}

function integerText(value) {
  return toOctets(value, Math.ceil(value.toString(2).length / 8)).toString("base64url");
}

function fromOctets(octets) {
  return BigInt(`0x${Buffer.from(octets).toString("hex")}`);
}

function toOctets(value, length) {
  return Buffer.from(value.toString(16).padStart(2 * length, "0"), "hex");
}

function power(base, exponent, modulus) {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % modulus) {
    if (rest & 1n) result = (result * square) % modulus;
  }
  return result;
}

function inverse(value, modulus) {
  let [rest, next, factor, nextFactor] = [value % modulus, modulus, 1n, 0n];
  while (next > 0n)
    [rest, next, factor, nextFactor] = [next, rest % next, nextFactor, factor - (rest / next) * nextFactor];
  return ((factor % modulus) + modulus) % modulus;
}

function gcd(one, other) {
  return other === 0n ? one : gcd(other, one % other);
}

const PRIME_BITS = 256;

const EVERY = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

/** Widths on both sides of an octet, since PSS encodes one bit less; the smallest and the largest exponent. */
const SIZES = [
  [2048, 65_537n, EVERY],
  [2048, 3n, EVERY],
  [2048, 2n ** 33n - 1n, EVERY],
  [2049, 65_537n, EVERY],
  [2050, 65_537n, EVERY],
  [3072, 3n, ["RS256", "PS512"]],
  [4096, 2n ** 33n - 1n, ["RS512", "PS512"]],
  [8191, 65_537n, ["RS256", "PS256"]],
  [8192, 65_537n, ["RS256", "PS512"]],
  [8192, 2n ** 33n - 1n, ["RS256", "PS512"]],
];

const BAD_KEYS = [
  [2047, 65_537n],
  [8193, 65_537n],
  [2048, 1n],
  [2048, 65_536n],
  [2048, 2n ** 33n + 1n],
];

/** The DER before the hash (RFC 8017 §9.2, note 1). */
const DIGEST_INFO = {
  sha256: "3031300d060960864801650304020105000420",
  sha384: "3041300d060960864801650304020205000430",
  sha512: "3051300d060960864801650304020305000440",
};
