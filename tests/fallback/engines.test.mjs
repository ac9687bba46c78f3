/** Engines that lack an algorithm, are lenient, or fail: the answers stay the same. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { toBase64url, utf8 } from "./suite/octets.mjs";
import { keyPair } from "./suite/signer.mjs";
import { ANSWERS, runSpeccheck } from "./suite/speccheck.mjs";
import { authentication, outcome, POLICY, signatureHolds } from "./suite/verifiers.mjs";
import { runPrimitive } from "./suite/wycheproof.mjs";
import { loadFreshModules, loadModules } from "./support/modules.mjs";
import { TorsionSigner } from "./support/torsion.mjs";
import { needsVectors, vectors } from "./support/vectors.mjs";

const { crypto: genuine } = globalThis;

afterEach(() => setCrypto(genuine));

test("engine_without_ed25519_is_replaced_by_integers", needsVectors, async () => {
  const calls = setEngine({ lacks: ({ kty }) => kty === "OKP" });
  const modules = await loadFreshModules();
  const file = vectors("wycheproof/ed25519_test.json");
  assert.deepEqual(await runPrimitive(modules, "ed25519_test.json", file), { run: 151, wrong: [] });
  const answers = await runSpeccheck(modules, vectors("ed25519-speccheck/cases.json"));
  assert.deepEqual([answers, calls.verify], [ANSWERS.map(([answer]) => answer), 0]);
});

for (const [curve, name] of [
  ["P-256", "ecdsa_secp256r1_sha256_p1363_test.json"],
  ["P-384", "ecdsa_secp384r1_sha384_p1363_test.json"],
]) {
  test(`engine_without_${curve}_is_replaced_by_integers`, needsVectors, async () => {
    const calls = setEngine({ lacks: ({ crv }) => crv === curve });
    const file = vectors(`wycheproof/${name}`);
    const score = await runPrimitive(await loadFreshModules(), name, file);
    assert.deepEqual([score, calls.verify], [{ run: file.numberOfTests, wrong: [] }, 0]);
  });
}

test("engine_without_p521_is_replaced_by_integers", async () => {
  const modules = await loadFreshModules();
  for (let round = 0; round < 10; round += 1) {
    setCrypto(genuine);
    const { jwk, sign } = await keyPair("ES512");
    const token = await sign('{"alg":"ES512"}', `{"round":${round}}`);
    const calls = setEngine({ lacks: ({ crv }) => crv === "P-521" });
    const [input, payload, signature] = token.split(".");
    const other = `${input}.${payload.replace(/^./, "f")}.${signature}`;
    assert.equal((await authentication(modules, jwk, token)).code, "ACCEPTED");
    assert.equal((await authentication(modules, jwk, other)).code, "ERR_SIGNATURE_INVALID");
    assert.equal(calls.verify, 0);
  }
});

test("lenient_ed25519_engines_are_not_asked", needsVectors, async () => {
  // The one accepts what holds with cofactor only, the other refuses keys with a part of small order.
  for (const answer of [true, false]) {
    setEngine({ verify: () => answer });
    const answers = await runSpeccheck(await loadFreshModules(), vectors("ed25519-speccheck/cases.json"));
    assert.deepEqual(
      answers,
      ANSWERS.map(([expected]) => expected),
    );
  }
});

test("genuine_engine_passes_the_probe", async () => {
  const { "ed25519-engine": engine } = await loadFreshModules();
  assert.notEqual(await engine.engineKey(engine.MIXED_ORDER.x), null);
});

test("curves_have_the_right_constants", async () => {
  const { weierstrass } = await loadModules();
  for (const [name, curve] of Object.entries({
    "P-256": weierstrass.P256,
    "P-384": weierstrass.P384,
    "P-521": weierstrass.P521,
  })) {
    assert.ok(weierstrass.isOnCurve(curve.base, curve), name);
    assert.equal(curve.n.toString(16), ORDERS[name].replace(/^0/, ""), name);
  }
});

test("vectors_of_the_probe_are_what_they_say", async () => {
  const { "ed25519-engine": engine, edwards } = await loadModules();
  const signer = new TorsionSigner(edwards, "rescind: mixed-order key", 1n);
  const sign = (octet) => signer.sign(Buffer.from([octet]), "rescind: nonce").toString("base64url");
  assert.deepEqual(engine.MIXED_ORDER, { x: signer.x, holds: sign(2), holdsWithCofactor: sign(0) });
});

test("every_point_of_small_order_is_known_and_refused", async () => {
  const { edwards, ed25519 } = await loadModules();
  const eight = edwards.decodePoint(
    Buffer.from("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", "hex"),
  );
  const texts = new Set();
  for (let times = 0, sum = eight; times < 8; times += 1, sum = edwards.addPoints(sum, eight)) {
    const text = edwards.encodePoint(sum);
    texts.add(toBase64url(text));
    assert.ok(edwards.hasSmallOrderY(text));
    assert.throws(() => new ed25519.Ed25519Key({ x: text, text: toBase64url(text) }), {
      defect: "invalid curve point",
    });
  }
  assert.equal(texts.size, 8);
});

test("engine_that_accepts_everything_is_asked_about_sound_signatures_only", async () => {
  const modules = await loadFreshModules();
  for (const { jwk, octets, bounds } of await soundKeys()) {
    setEngine({ verify: () => true });
    const holds = (signature) => signatureHolds(modules, jwk, utf8("message"), signature);
    assert.equal(await holds(new Uint8Array(octets).fill(1)), true, jwk.alg);
    for (const length of [0, octets - 1, octets + 1])
      assert.equal(await holds(new Uint8Array(length).fill(1)), false, jwk.alg);
    for (const signature of bounds)
      assert.equal(await holds(signature), false, `${jwk.alg}: ${toBase64url(signature)}`);
  }
});

test("engine_that_throws_has_not_verified", async () => {
  const { jwk, sign } = await keyPair("ES256");
  const token = await sign('{"alg":"ES256"}', "{}");
  const modules = await loadFreshModules();
  setEngine({
    verify: () => {
      throw new DOMException("broken", "OperationError");
    },
  });
  assert.equal((await authentication(modules, jwk, token)).code, "ERR_SIGNATURE_INVALID");
});

test("rsa_key_that_the_engine_cannot_hold_is_refused_and_named", async () => {
  const { jwk, sign } = await keyPair("RS256");
  const token = await sign('{"alg":"RS256"}', "{}");
  const modules = await loadFreshModules();
  setEngine({ lacks: ({ kty }) => kty === "RSA" });
  const { code, details } = await authentication(modules, jwk, token);
  assert.deepEqual([code, details], ["ERR_KEY_REFUSED", { reason: "unsupported kty or crv" }]);
});

test("host_without_crypto_is_told_what_it_lacks", async () => {
  const { core } = await loadModules();
  for (const without of [undefined, {}]) {
    setCrypto(without);
    assert.throws(() => new core.FallbackCore(POLICY), { name: "RescindError", code: "ERR_WASM_UNAVAILABLE" });
  }
});

test("crypto_that_vanishes_rejects_and_does_not_say_invalid", async () => {
  const { jwk, sign } = await keyPair("ES256");
  const token = await sign('{"alg":"ES256"}', "{}");
  const modules = await loadFreshModules();
  setCrypto(undefined);
  await assert.rejects(
    outcome(() => authentication(modules, jwk, token)),
    { code: "ERR_WASM_UNAVAILABLE" },
  );
});

/** One key of each kind, the width of its signatures, and signatures of that width that are out of range. */
async function soundKeys() {
  const jwks = await Promise.all(
    ["RS256", "PS256", "ES256", "ES384", "ES512"].map(async (alg) => (await keyPair(alg)).jwk),
  );
  const keys = jwks.map((jwk) => (jwk.kty === "RSA" ? rsaBounds(jwk) : ecBounds(jwk)));
  return [...keys, { jwk: { kty: "oct", alg: "HS256", k: "A".repeat(43) }, octets: 32, bounds: [] }];
}

function rsaBounds(jwk) {
  const n = new Uint8Array(Buffer.from(jwk.n, "base64url"));
  return { jwk, octets: n.length, bounds: [n, new Uint8Array(n.length).fill(0xff)] };
}

/** Each half 0, n, and all ones; n as in SEC 2. */
function ecBounds(jwk) {
  const n = Uint8Array.from(Buffer.from(ORDERS[jwk.crv], "hex"));
  const [zero, one, full] = [0, 1, 0xff].map((octet) => new Uint8Array(n.length).fill(octet));
  const bounds = [zero, n, full].flatMap((bad) => [Uint8Array.of(...bad, ...one), Uint8Array.of(...one, ...bad)]);
  return { jwk, octets: 2 * n.length, bounds };
}

const ORDERS = {
  "P-256": "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
  "P-384": "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
  "P-521": `01${"ff".repeat(32)}fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409`,
};

/** The genuine engine with changes; answers how often it was asked to verify. */
function setEngine({ lacks = () => false, verify }) {
  const calls = { verify: 0 };
  const { subtle } = genuine;
  setCrypto({
    subtle: {
      importKey: async (format, data, ...rest) => {
        if (format === "jwk" && lacks(data)) throw new DOMException("unsupported", "NotSupportedError");
        return subtle.importKey(format, data, ...rest);
      },
      verify: async (...args) => {
        calls.verify += 1;
        return verify === undefined ? subtle.verify(...args) : verify(...args);
      },
      digest: (...args) => subtle.digest(...args),
    },
  });
  return calls;
}

function setCrypto(value) {
  Object.defineProperty(globalThis, "crypto", { value, configurable: true, writable: true });
}
