/** The fallback against the wasm core of the packed package: the same input, the same answer, to the last word. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { corpusPolicy, corpusToken } from "./suite/corpus.mjs";
import { utf8 } from "./suite/octets.mjs";
import { NOW, outcome, POLICY } from "./suite/verifiers.mjs";
import { loadModules } from "./support/modules.mjs";
import { mutatedOctets, mutatedText, mutatedToken, nested } from "./support/mutations.mjs";
import { Random } from "./support/random.mjs";
import { rsaCases } from "./support/rsa.mjs";
import { TorsionSigner } from "./support/torsion.mjs";
import { corpus as readCorpus } from "./support/vectors.mjs";
import { loadWasm, needsPackage } from "./support/wasm.mjs";

const {
  core,
  edwards,
  "key-defect": { keyDefects },
} = await loadModules();
const wasm = needsPackage.skip ? null : await loadWasm();
const corpus = readCorpus();

/** Enough by default to meet every finding many times over, within seconds. */
const ROUNDS = Number(process.env.RESCIND_ROUNDS ?? 4_000);

const SEED = Number(process.env.RESCIND_SEED ?? 20_261_125);

const SECRET = Buffer.alloc(32, 0x5a);

const CLAIMS = '{"iss":"joe","sub":"user","aud":["api"],"exp":1800000600,"nbf":1799999000,"iat":1799999000,"jti":"j1"}';

const HEADER = '{"alg":"HS256","typ":"JWT","kid":"k1"}';

const REVOCATIONS = {
  publisherKeys: ["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"],
  tenant: "main",
  onStale: "accept",
  onNotCovered: "reject",
};

test("corpus_gets_the_same_answers", needsPackage, async () => {
  for (const item of corpus.cases) {
    for (const revocations of [null, REVOCATIONS, { ...REVOCATIONS, onNotCovered: "accept" }]) {
      const policy = corpusPolicy(corpus, item, revocations);
      const keys = utf8(JSON.stringify(item.jwks ?? corpus.jwks.main));
      await compare(item.id, policy, (verifier) => verifier.setKeys(keys, "trusted"), corpusToken(item));
    }
  }
});

test("mutated_claims_get_the_same_answers", needsPackage, async () => {
  const policy = { ...POLICY, audience: ["api"], requiredClaims: ["sub"] };
  const codes = await fuzz(policy, (random) => signed(HEADER, mutated(random, CLAIMS)));
  const claims = ["MISSING", "TYPE", "EXPIRED", "NOT_YET_VALID", "ISSUED_IN_FUTURE", "LIFETIME", "ISSUER", "AUDIENCE"];
  const forms = ["UTF8", "JSON", "DUPLICATE_MEMBER"];
  requireAll(codes, [
    "ACCEPTED",
    ...claims.map((code) => `ERR_CLAIM_${code}`),
    ...forms.map((code) => `ERR_TOKEN_${code}`),
  ]);
});

test("mutated_headers_get_the_same_answers", needsPackage, async () => {
  const codes = await fuzz({ ...POLICY, typ: "jwt" }, (random) => signed(mutated(random, HEADER), CLAIMS));
  const headers = ["ALG_MISSING", "ALG_NOT_ALLOWED", "CRITICAL", "B64", "ZIP", "TYP", "KID_INVALID"];
  const forms = ["UTF8", "JSON", "DUPLICATE_MEMBER"];
  requireAll(codes, [
    "ACCEPTED",
    ...headers.map((code) => `ERR_HEADER_${code}`),
    ...forms.map((code) => `ERR_TOKEN_${code}`),
  ]);
});

test("mutated_tokens_get_the_same_answers", needsPackage, async () => {
  const policy = { ...POLICY, maxTokenBytes: signed(HEADER, CLAIMS).length };
  const codes = await fuzz(policy, (random) => mutatedToken(random, signed(HEADER, CLAIMS)));
  const forms = ["TOO_LARGE", "MALFORMED", "BASE64", "UTF8", "JSON"];
  requireAll(codes, ["ACCEPTED", "ERR_SIGNATURE_INVALID", ...forms.map((code) => `ERR_TOKEN_${code}`)]);
});

test("ed25519_keys_and_nonces_of_mixed_order_are_judged_alike", needsPackage, async () => {
  const codes = new Set();
  for (let round = 0; round < 64; round += 1) {
    const [keyTorsion, nonceTorsion] = [BigInt(round & 7), BigInt((round >> 3) & 7)];
    const signer = new TorsionSigner(edwards, `key ${round}`, keyTorsion);
    const keys = utf8(JSON.stringify({ keys: [{ kty: "OKP", crv: "Ed25519", x: signer.x }] }));
    for (const nonce of ["nonce", null]) {
      const token = withSigner({ alg: "EdDSA" }, `{"iss":"joe","exp":1800000600,"round":${round}}`, (input) =>
        signer.sign(input, nonce, nonceTorsion),
      );
      const policy = { ...POLICY, algorithms: ["EdDSA"] };
      codes.add(await compare(`round ${round}`, policy, (verifier) => verifier.setKeys(keys, "public"), token));
    }
  }
  requireAll(codes, ["ACCEPTED", "ERR_SIGNATURE_INVALID"]);
});

test("depth_is_judged_alike", needsPackage, () => {
  const tokens = Array.from({ length: 80 }, (_, at) =>
    signed(HEADER, `{"iss":"joe","exp":1800000600,"a":${nested(at >> 1, at % 2 === 0)}}`),
  );
  return compareAll(POLICY, tokens);
});

test("many_members_and_their_duplicates_are_judged_alike", needsPackage, () => {
  const members = (count) => Array.from({ length: count }, (_, at) => `"${NAMES[at % NAMES.length]}${at >> 3}":${at}`);
  const claims = (count, more) => `{"iss":"joe","exp":1800000600,${[...members(count), ...more].join(",")}}`;
  const tokens = [9, 10, 11, 12, 40].flatMap((count) => [
    signed(HEADER, claims(count, [])),
    signed(HEADER, claims(count, ['"z0":1,"é0":1,"😀0":1,"\ufffd0":1'])),
    signed(HEADER, claims(count, [`"${"x".repeat(100)}":1,"${"x".repeat(100)}":2`])),
  ]);
  return compareAll(POLICY, tokens);
});

test("times_at_the_edges_are_judged_alike", needsPackage, async () => {
  const tokens = TIMES.flatMap((time) => ["exp", "nbf", "iat"].map((name) => signed(HEADER, withTime(name, time))));
  for (const now of [NOW, NOW + 0.5, 0, -1.5, 1e300, Number.NaN]) await compareAll(POLICY, tokens, now);
});

test("signatures_at_the_edges_are_judged_alike", needsPackage, async () => {
  const policy = { ...corpusPolicy(corpus, corpus.cases[0], null), maxTokenBytes: 65_536 };
  const keys = utf8(JSON.stringify(corpus.jwks.main));
  const random = new Random(SEED);
  for (const { id, token } of corpus.cases.filter(({ class: name }) => name === "control" || name === "signature")) {
    for (let round = 0; round < 12; round += 1) {
      await compare(id, policy, (verifier) => verifier.setKeys(keys, "trusted"), withSignature(random, token));
    }
  }
});

test("rsa_keys_at_the_bounds_are_judged_alike", needsPackage, async () => {
  for (const { name, jwk, token } of rsaCases()) {
    const keys = utf8(JSON.stringify({ keys: [{ ...jwk, kid: "rsa" }] }));
    const policy = { ...POLICY, algorithms: ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] };
    await compare(name, policy, (verifier) => verifier.setKeys(keys, "public"), token);
  }
});

test("mutated_key_sets_get_the_same_reports", needsPackage, async () => {
  const defects = new Set();
  const random = new Random(SEED);
  const [one, other] = [wasm(POLICY), new core.FallbackCore(POLICY)];
  for (let round = 0; round < ROUNDS; round += 1) {
    const keys = utf8(keySetText(random));
    const source = random.pick(["public", "trusted"]);
    const [expected, found] = await answers(one, other, (verifier) => verifier.setKeys(keys, source));
    assert.deepEqual(found, expected, `seed ${SEED}, round ${round}: ${new TextDecoder().decode(keys)}`);
    for (const { reason } of found.refused ?? []) defects.add(reason);
    if (found.code !== undefined) defects.add(found.code);
  }
  requireAll(defects, [...Object.values(keyDefects), "ERR_KEY_SET_MALFORMED"]);
});

test("policies_out_of_range_are_refused_alike", needsPackage, async () => {
  for (const change of BAD_POLICIES) {
    const policy = { ...POLICY, ...change };
    const expected = await outcome(() => wasm(policy) && "made");
    const found = await outcome(() => new core.FallbackCore(policy) && "made");
    assert.deepEqual(plain(found), plain(expected), JSON.stringify(change));
  }
});

test("secrets_are_refused_alike", needsPackage, async () => {
  const [one, other] = [wasm(POLICY), new core.FallbackCore(POLICY)];
  for (const length of [0, 31, 32, 47, 48, 63, 64, 4096, 4097]) {
    for (const alg of ["HS256", "HS384", "HS512", "ES256", "none"]) {
      const [expected, found] = await answers(
        one,
        other,
        (verifier) => verifier.setSecret(new Uint8Array(length), alg) ?? "set",
      );
      assert.deepEqual(found, expected, `${length} ${alg}`);
    }
  }
});

/** Asks both about so many tokens of one policy, with the secret and random keys in force. */
function fuzz(policy, make) {
  const random = new Random(SEED);
  return compareAll(
    policy,
    Array.from({ length: ROUNDS }, () => make(random)),
  );
}

/** Answers the codes that were met. */
async function compareAll(policy, tokens, now = NOW) {
  const codes = new Set();
  const [one, other] = [wasm(policy), new core.FallbackCore(policy)];
  for (const verifier of [one, other]) verifier.setSecret(SECRET, "HS256");
  for (const [round, token] of tokens.entries()) {
    const [expected, found] = await answers(one, other, (verifier) => verifier.verify(token, now));
    assert.deepEqual(found, expected, `seed ${SEED}, round ${round}, at ${now}: ${token}`);
    codes.add(found.code);
  }
  one.free();
  return codes;
}

/** A comparison that meets no more than one finding proves little. */
function requireAll(met, expected) {
  assert.deepEqual(
    expected.filter((code) => !met.has(code)),
    [],
    `never met with seed ${SEED}`,
  );
}

/** Asks both about one token under its own keys. */
async function compare(name, policy, keys, token, now = NOW) {
  const made = (make) => () => {
    const verifier = make();
    keys(verifier);
    return verifier.verify(token, now);
  };
  const expected = await outcome(made(() => wasm(policy)));
  const found = await outcome(made(() => new core.FallbackCore(policy)));
  assert.deepEqual(plain(found), plain(expected), `${name}: ${token.slice(0, 2_000)}`);
  return found.code;
}

async function answers(one, other, ask) {
  return [plain(await outcome(() => ask(one))), plain(await outcome(() => ask(other)))];
}

/** What both sides say, without what only the package adds around it. */
function plain(answer) {
  if (answer?.code !== "ACCEPTED") return structuredClone(answer);
  const { claims, header, evidence, revocation = evidence.revocation } = answer;
  return { code: "ACCEPTED", claims: JSON.stringify(claims), header: JSON.stringify(header), revocation };
}

function mutated(random, text) {
  return random.chance(80) ? mutatedText(random, text) : mutatedOctets(random, text);
}

function signed(header, claims) {
  return withSigner(header, claims, (input) => createHmac("sha256", SECRET).update(input).digest());
}

function withSigner(header, claims, sign) {
  const [head, body] = [header, claims].map((part) => Buffer.from(part.alg ? JSON.stringify(part) : part));
  const input = `${head.toString("base64url")}.${body.toString("base64url")}`;
  return `${input}.${sign(Buffer.from(input)).toString("base64url")}`;
}

function withTime(name, time) {
  const claims = { iss: '"joe"', exp: "1800000600", [name]: time };
  return `{${Object.entries(claims)
    .map(([claim, value]) => `"${claim}":${value}`)
    .join(",")}}`;
}

/** The signature gives way to one of edge values, or loses or gains octets. */
function withSignature(random, token) {
  const dot = token.lastIndexOf(".");
  const signature = Buffer.from(token.slice(dot + 1), "base64url");
  const changed = random.pick(SIGNATURE_EDITS)(signature, random);
  return `${token.slice(0, dot)}.${changed.toString("base64url")}`;
}

/** Up to four keys, most of them with something wrong, in a set that may be wrong itself. */
function keySetText(random) {
  const keys = Array.from({ length: random.integer(4) }, () => {
    const key = { ...random.pick(KEYS) };
    for (let edits = random.integer(3); edits > 0; edits -= 1) Object.assign(key, random.pick(KEY_EDITS));
    return random.chance(5) ? random.pick(["null", "7", "[]", '"x"', "{}"]) : JSON.stringify(key);
  });
  const text = `{"keys":[${keys.join(",")}]}`;
  return random.chance(20) ? mutatedText(random, text) : text;
}

const NAMES = ["a", "é", "😀", "\ufffd", "z", "aa"];

const TIMES = [
  ...[
    "1799999994",
    "1799999995",
    "1799999995.0000002",
    "1799999995.5",
    "1800000000",
    "1800000005",
    "1800000005.0000002",
  ],
  ...[
    "1800000005.5",
    "1800000006",
    "2115360000",
    "2115360000.5",
    "2115360001",
    "-1",
    "-0",
    "-0.5",
    "0",
    "0.1",
    "1e-320",
  ],
  ...[
    "9007199254740993",
    "9.3e18",
    "-9.3e18",
    "1.7976931348623157e308",
    "-1.7976931348623157e308",
    "123456789012345678",
  ],
];

const SIGNATURE_EDITS = [
  (signature, random) => mutatedOctets(random, signature),
  (signature) => Buffer.alloc(signature.length),
  (signature) => Buffer.alloc(signature.length, 0xff),
  (signature) => signature.subarray(1),
  (signature) => Buffer.concat([Buffer.from([0]), signature]),
  (signature) => Buffer.concat([signature, Buffer.from([0])]),
  (signature) => Buffer.concat([signature.subarray(0, signature.length / 2), Buffer.alloc(signature.length / 2)]),
  (signature) => Buffer.concat([Buffer.alloc(signature.length / 2), signature.subarray(signature.length / 2)]),
  (signature) => Buffer.concat([signature.subarray(signature.length / 2), signature.subarray(0, signature.length / 2)]),
  () => Buffer.alloc(0),
];

const KEYS = [...corpus.jwks.main.keys, { kty: "oct", k: "A".repeat(43), alg: "HS256" }, { kty: "AKP", pub: "AA" }];

const KEY_EDITS = [
  ...[{ kid: "a" }, { kid: "b" }, { kid: undefined }, { kid: 7 }, { kid: "x".repeat(513) }, { kid: "é".repeat(257) }],
  ...[
    { alg: undefined },
    { alg: "ES256" },
    { alg: "EdDSA" },
    { alg: "none" },
    { alg: 7 },
    { use: "enc" },
    { use: "sig" },
    { use: null },
  ],
  ...[
    { key_ops: ["verify"] },
    { key_ops: ["sign"] },
    { key_ops: "verify" },
    { key_ops: [] },
    { d: "AA" },
    { oth: null },
  ],
  ...[
    { kty: "EC" },
    { kty: "OKP" },
    { kty: "RSA" },
    { kty: "oct" },
    { kty: null },
    { crv: "P-256" },
    { crv: "Ed25519" },
    { crv: "P-999" },
  ],
  ...[
    { x: "AA" },
    { x: "A".repeat(43) },
    { x: `${"A".repeat(42)}B` },
    { y: "A".repeat(43) },
    { y: undefined },
    { n: "AQAB" },
    { n: "" },
  ],
  ...[
    { e: "AQ" },
    { e: "Ag" },
    { e: "" },
    { e: "AAEAAQ" },
    { e: "Af____8" },
    { e: "AgAAAAE" },
    { k: "AA" },
    { k: "A".repeat(6_000) },
  ],
  ...[1, 3, 4, 6, 7, 9, 10, 14, 15, 16].map((value) => ({
    kty: "OKP",
    crv: "Ed25519",
    alg: undefined,
    x: smallX(value),
  })),
];

function smallX(value) {
  return Buffer.from([value, ...new Uint8Array(31)]).toString("base64url");
}

const BAD_POLICIES = [
  ...[{}, { issuer: "" }, { audience: [] }, { audience: [""] }, { audience: Array(65).fill("a") }, { algorithms: [] }],
  ...[
    { algorithms: ["none"] },
    { algorithms: ["HS256", "es256"] },
    { algorithms: Array(65).fill("HS256") },
    { requiredClaims: [""] },
  ],
  ...[
    { requiredClaims: Array(65).fill("a") },
    { clockToleranceSeconds: 301 },
    { maxTokenBytes: 0 },
    { maxTokenBytes: 1_048_577 },
  ],
  ...[{ maxLifetimeSeconds: 0 }, { revocations: REVOCATIONS }, { revocations: { ...REVOCATIONS, publisherKeys: [] } }],
  ...[
    ["A".repeat(43)],
    ["AA"],
    ["*"],
    Array(2).fill(REVOCATIONS.publisherKeys[0]),
    Array(9).fill(REVOCATIONS.publisherKeys[0]),
  ].map((publisherKeys) => ({ revocations: { ...REVOCATIONS, publisherKeys } })),
  ...["", "Main", "a".repeat(65), "a b", "main\n"].map((tenant) => ({ revocations: { ...REVOCATIONS, tenant } })),
];
