/** The order of a check and the shape of its answer. Nothing is said about claims before the signature held. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "./suite/octets.mjs";
import { keyPair, secretSigner } from "./suite/signer.mjs";
import { NOW, POLICY } from "./suite/verifiers.mjs";
import { loadModules } from "./support/modules.mjs";

const { core } = await loadModules();
const signer = await secretSigner();

const GOOD = '{"iss":"joe","exp":1800000600,"iat":1799999990}';

function verifier(change = {}) {
  const made = new core.FallbackCore({ ...POLICY, ...change });
  made.setSecret(signer.secret, "HS256");
  return made;
}

async function answer(claims, { header = '{"alg":"HS256"}', change = {}, forged = false } = {}) {
  const token = await signer.sign(header, claims);
  return verifier(change).verify(forged ? forgery(token) : token, NOW);
}

function forgery(token) {
  const dot = token.lastIndexOf(".") + 1;
  return `${token.slice(0, dot)}${token[dot] === "A" ? "B" : "A"}${token.slice(dot + 1)}`;
}

test("good_token_is_accepted_with_its_claims_and_its_header", async () => {
  const { code, claims, header, revocation } = await answer(GOOD);
  assert.deepEqual([code, revocation], ["ACCEPTED", "disabled"]);
  assert.deepEqual([claims, header], [JSON.parse(GOOD), { alg: "HS256" }]);
});

test("bad_signature_and_every_bad_claim_reports_the_signature", async () => {
  const { code } = await answer('{"iss":"eve","exp":1,"nbf":9e9,"aud":7,"sub":{},"sub":1}', { forged: true });
  assert.equal(code, "ERR_SIGNATURE_INVALID");
});

test("bad_signature_over_a_payload_that_is_no_json_reports_the_signature", async () => {
  assert.equal((await answer("\0", { forged: true })).code, "ERR_SIGNATURE_INVALID");
});

test("bad_signature_and_wrong_typ_reports_the_signature", async () => {
  const given = { header: '{"alg":"HS256","typ":"logout+jwt"}', change: { typ: "at+jwt" } };
  assert.equal((await answer(GOOD, given)).code, "ERR_HEADER_TYP");
  assert.equal((await answer(GOOD, { ...given, forged: true })).code, "ERR_SIGNATURE_INVALID");
});

test("bad_claims_and_no_snapshot_report_the_claims", async () => {
  const publisherKeys = ["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"];
  const change = { revocations: { publisherKeys, tenant: "main", onStale: "accept", onNotCovered: "reject" } };
  assert.equal((await answer('{"iss":"joe","exp":1}', { change })).code, "ERR_CLAIM_EXPIRED");
  assert.equal((await answer(GOOD, { change })).code, "ERR_REVOCATION_NOT_COVERED");
});

test("times_are_judged_at_the_exact_second", async () => {
  // The tolerance is 5 s, the time is 1 800 000 000.
  for (const [claims, expected] of Object.entries({
    '{"iss":"joe","exp":1799999995}': "ERR_CLAIM_EXPIRED",
    '{"iss":"joe","exp":1799999995.5}': "ACCEPTED",
    '{"iss":"joe","exp":1800000600,"nbf":1800000005}': "ACCEPTED",
    '{"iss":"joe","exp":1800000600,"nbf":1800000005.5}': "ERR_CLAIM_NOT_YET_VALID",
    '{"iss":"joe","exp":1800000600,"iat":1800000006}': "ERR_CLAIM_ISSUED_IN_FUTURE",
    '{"iss":"joe","exp":2115360000}': "ACCEPTED",
    '{"iss":"joe","exp":2115360001}': "ERR_CLAIM_LIFETIME",
  })) {
    assert.equal((await answer(claims)).code, expected, claims);
  }
});

test("what_is_no_string_is_a_malformed_token", async () => {
  for (const token of [undefined, null, 7, {}, [], Symbol("token"), new String("a.b.c")]) {
    assert.equal((await verifier().verify(token, NOW)).code, "ERR_TOKEN_MALFORMED");
  }
});

test("equal_headers_are_one_frozen_object", async () => {
  const header = '{"alg":"HS256","jku":["https://evil.example"]}';
  const token = await signer.sign(header, GOOD);
  const held = verifier();
  const [one, other] = [await held.verify(token, NOW), await held.verify(token, NOW)];
  assert.equal(one.header, other.header);
  assert.ok(Object.isFrozen(one.header) && Object.isFrozen(one.header.jku));
  assert.notEqual(one.claims, other.claims);
});

test("claims_named_like_prototypes_are_plain_members", async () => {
  const { claims } = await answer('{"iss":"joe","exp":1800000600,"__proto__":{"admin":true},"constructor":1}');
  assert.deepEqual([claims.admin, {}.admin, Object.getPrototypeOf(claims)], [undefined, undefined, Object.prototype]);
  assert.deepEqual(Object.keys(claims), ["iss", "exp", "__proto__", "constructor"]);
});

test("key_that_is_taken_out_verifies_no_more_and_a_bad_set_changes_nothing", async () => {
  const { jwk, sign } = await keyPair("ES256", "a");
  const held = new core.FallbackCore({ ...POLICY, algorithms: ["ES256"] });
  const token = await sign('{"alg":"ES256","kid":"a"}', GOOD);
  const keys = (...members) => utf8(JSON.stringify({ keys: members }));
  assert.deepEqual([held.hasKeys(), (await held.verify(token, NOW)).code], [false, "ERR_KEY_NOT_FOUND"]);
  assert.deepEqual(held.setKeys(keys(jwk), "public"), { accepted: 1, refused: [] });
  assert.throws(() => held.setKeys(utf8("{}"), "public"), { code: "ERR_KEY_SET_MALFORMED" });
  assert.deepEqual([held.hasKeys(), (await held.verify(token, NOW)).code], [true, "ACCEPTED"]);
  held.setKeys(keys(), "public");
  assert.deepEqual([held.hasKeys(), (await held.verify(token, NOW)).code], [false, "ERR_KEY_NOT_FOUND"]);
});

test("secret_given_is_copied_and_never_shown", async () => {
  const secret = signer.secret.slice();
  const held = new core.FallbackCore(POLICY);
  held.setSecret(secret, "HS256");
  secret.fill(0);
  assert.equal((await held.verify(await signer.sign('{"alg":"HS256"}', GOOD), NOW)).code, "ACCEPTED");
  assert.doesNotMatch(`${JSON.stringify(held)}${Object.entries(held)}`, /90|5a/);
});

test("any_change_to_one_character_is_refused_and_the_instance_lives_on", async () => {
  const token = await signer.sign('{"alg":"HS256"}', GOOD);
  const held = verifier();
  for (let at = 0; at < token.length; at += 1) {
    const changed = `${token.slice(0, at)}${token[at] === "x" ? "y" : "x"}${token.slice(at + 1)}`;
    assert.notEqual((await held.verify(changed, NOW)).code, "ACCEPTED", changed);
  }
  assert.equal((await held.verify(token, NOW)).code, "ACCEPTED");
});
