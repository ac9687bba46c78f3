/** Generated tokens: good ones, ones at the edges of every rule, and edited ones. */
import { mutatedText, mutatedToken } from "../fallback/support/mutations.mjs";
import { Random } from "../fallback/support/random.mjs";
import { AUDIENCE, ISSUER, NOW, sets, TOLERANCE } from "./policy.mjs";

/** `{ kind, set, token }` of that number; the same for the same seed, up to the keys and what signing draws. */
export function makeCase(seed, number) {
  const random = new Random(seed + number);
  // The secret is cheap, so that most rules are met under it; signatures are met under the others.
  const name = random.pick(["secret", "secret", "secret", "secret", "secret", "main", "main", "single"]);
  const kind = random.pick(Object.keys(KINDS));
  const signer = random.pick(sets[name].signers);
  return { kind, set: name, token: KINDS[kind](random, signer) };
}

const KINDS = {
  good: (random, signer) => signer.token(claimsOf(random), headerOf(random)),
  times: (random, signer) => signer.token({ ...claimsOf(random), ...timesOf(random) }),
  "odd claim": (random, signer) => signer.token({ ...claimsOf(random), [random.pick(CLAIMS)]: random.pick(VALUES) }),
  "missing claim": (random, signer) => signer.token({ ...claimsOf(random), [random.pick(CLAIMS)]: undefined }),
  "odd header": (random, signer) => signer.token(claimsOf(random), { [random.pick(MEMBERS)]: random.pick(VALUES) }),
  "other algorithm": (random, signer) => signer.token(claimsOf(random), { alg: random.pick(ALGORITHMS) }),
  "edited claims": (random, signer) => signer.token(mutatedText(random, JSON.stringify(claimsOf(random)))),
  "edited header": (random, signer) => editedHeader(random, signer),
  "edited token": (random, signer) => mutatedToken(random, signer.token(claimsOf(random))),
  "edited signature": (random, signer) => editedSignature(random, signer.token(claimsOf(random))),
};

function claimsOf(random) {
  return {
    iss: ISSUER,
    aud: random.pick([AUDIENCE, [AUDIENCE], ["other", AUDIENCE]]),
    exp: NOW + 600,
    ...random.pick([{}, { nbf: NOW - 600 }, { iat: NOW - 600, jti: "a" }, { sub: "alice", iat: NOW - 600.5 }]),
    ...random.pick([{}, { name: "Zoë 😀" }, { nested: { list: [1, [2, { three: null }]] } }, { scope: "" }]),
  };
}

function headerOf(random) {
  return random.pick([{}, { typ: "JWT" }, { typ: "at+jwt" }, { cty: "text" }, { more: [1, { two: 3 }] }]);
}

/** Around the second in which a rule changes its answer, tolerance included. */
function timesOf(random) {
  const edge = random.pick([0, TOLERANCE, -TOLERANCE]);
  const near = random.pick([-1, -0.5, -0.001, 0, 0.001, 0.5, 1]);
  return { [random.pick(["exp", "nbf", "iat"])]: NOW + edge + near };
}

/** The header as text, edited; the rest as signed over it. */
function editedHeader(random, signer) {
  const [header] = signer.token(claimsOf(random)).split(".");
  const text = Buffer.from(header, "base64url").toString();
  return signer.tokenOf(mutatedText(random, text), claimsOf(random));
}

function editedSignature(random, token) {
  const at = token.lastIndexOf(".") + 1;
  const signature = Buffer.from(token.slice(at), "base64url");
  return token.slice(0, at) + random.pick(SIGNATURES)(random, signature).toString("base64url");
}

const SIGNATURES = [
  (random, bytes) => {
    bytes[random.integer(bytes.length)] ^= 1 << random.integer(8);
    return bytes;
  },
  (_, bytes) => bytes.subarray(0, -1),
  (_, bytes) => Buffer.concat([bytes, Buffer.alloc(1)]),
  (_, bytes) => Buffer.concat([Buffer.alloc(1), bytes]),
  (_, bytes) => Buffer.alloc(bytes.length),
  (_, bytes) => Buffer.alloc(bytes.length, 0xff),
  (_, bytes) => bytes.reverse(),
  () => Buffer.alloc(0),
];

const CLAIMS = ["iss", "aud", "exp", "nbf", "iat", "sub", "jti", "sid", "client_id", "other"];

const MEMBERS = ["kid", "typ", "cty", "crit", "b64", "zip", "jwk", "jku", "x5c", "x5u", "enc", "exp", "other"];

const ALGORITHMS = ["none", "None", "", "HS256", "HS512", "RS256", "PS256", "ES256", "ES384", "EdDSA", "es256", "RS1"];

const VALUES = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e15,
  1e300,
  -1e300,
  NOW,
  String(NOW),
  `${NOW + 600}`,
  "",
  "api",
  "other",
  ISSUER,
  `${ISSUER}/`,
  [],
  ["api"],
  ["api", 7],
  [["api"]],
  [null],
  {},
  { api: true },
  ["exp"],
  ["b64"],
  "JWT",
  "at+jwt",
  "application/jwt",
  "DEF",
];
