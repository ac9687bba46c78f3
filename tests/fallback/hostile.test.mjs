/** Inputs made to cost time: each is refused in a time that does not grow faster than the input. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { toBase64url, utf8 } from "./suite/octets.mjs";
import { NOW, outcome, POLICY } from "./suite/verifiers.mjs";
import { loadModules } from "./support/modules.mjs";

const { core, base64url } = await loadModules();

/** Generous, since machines differ: what grows with the square of a mebibyte takes minutes. */
const MILLISECONDS = 2_000;

const MEBIBYTE = 1_048_576;

/** The code of an answer that came in time. */
async function codeInTime(call) {
  const start = performance.now();
  const answer = await outcome(call);
  const elapsed = performance.now() - start;
  assert.ok(elapsed < MILLISECONDS, `took ${elapsed} ms`);
  return answer.code ?? answer;
}

function verifier() {
  const held = new core.FallbackCore({ ...POLICY, maxTokenBytes: MEBIBYTE });
  held.setSecret(new Uint8Array(32), "HS256");
  return held;
}

function filled(piece, characters) {
  return piece.repeat(Math.floor(characters / piece.length));
}

function members(count, name) {
  return Array.from({ length: count }, (_, at) => `"${name(at)}":0`).join(",");
}

/** Headers of about so many characters that base64url makes a token of at most a mebibyte. */
const HEADERS = {
  blanks: [filled(" ", 780_000), "ERR_TOKEN_JSON"],
  open_arrays: [`{"a":${filled("[", 780_000)}`, "ERR_TOKEN_TOO_DEEP"],
  open_string: [`{"a":"${filled("x", 780_000)}`, "ERR_TOKEN_JSON"],
  backslashes: [`{"a":"${filled("\\\\", 780_000)}`, "ERR_TOKEN_JSON"],
  escapes: [`{"a":"${filled("\\u0041", 780_000)}`, "ERR_TOKEN_JSON"],
  digits: [`{"a":${filled("9", 780_000)}}`, "ERR_TOKEN_JSON"],
  digits_after_the_point: [`{"a":0.${filled("9", 780_000)}}`, "ERR_HEADER_ALG_MISSING"],
  members: [`{${members(60_000, (at) => at)}}`, "ERR_HEADER_ALG_MISSING"],
  one_name_many_times: [`{${members(100_000, () => "")}}`, "ERR_TOKEN_DUPLICATE_MEMBER"],
  many_names_twice: [`{${members(70_000, (at) => at >> 1)}}`, "ERR_TOKEN_DUPLICATE_MEMBER"],
  long_names_twice: [`{${members(1_000, (at) => filled("é", 370) + (at >> 1))}}`, "ERR_TOKEN_DUPLICATE_MEMBER"],
  array: [`{"a":[${filled("0,", 780_000)}0]}`, "ERR_HEADER_ALG_MISSING"],
  long_typ: [`{"alg":"HS256","typ":"${filled("application/", 700_000)}"}`, "ERR_SIGNATURE_INVALID"],
};

for (const [name, [header, expected]] of Object.entries(HEADERS)) {
  test(`header_of_${name}_is_refused_in_time`, async () => {
    const token = `${toBase64url(utf8(header))}.e30.`;
    assert.ok(token.length <= MEBIBYTE, `${token.length}`);
    assert.equal(await codeInTime(() => verifier().verify(token, NOW)), expected);
  });
}

test("tokens_of_dots_and_of_one_letter_are_refused_in_time", async () => {
  for (const piece of [".", "A", "A.", "é", "="]) {
    const code = await codeInTime(() => verifier().verify(filled(piece, MEBIBYTE), NOW));
    assert.equal(code, "ERR_TOKEN_MALFORMED", piece);
  }
});

test("token_over_the_limit_is_refused_before_it_is_looked_at", async () => {
  const code = await codeInTime(() => new core.FallbackCore(POLICY).verify(filled(".", 100 * MEBIBYTE), NOW));
  assert.equal(code, "ERR_TOKEN_TOO_LARGE");
});

test("key_sets_out_of_bounds_are_refused_in_time", async () => {
  const sets = {
    [`{"keys":[${filled("{},", 300_000)}{}]}`]: "ERR_KEY_SET_TOO_LARGE",
    [filled(" ", MEBIBYTE + 1)]: "ERR_KEY_SET_TOO_LARGE",
    [`{"keys":${filled("[", 1_000_000)}`]: "ERR_KEY_SET_MALFORMED",
    [`{"keys":"${filled("x", 1_000_000)}"}`]: "ERR_KEY_SET_MALFORMED",
  };
  for (const [set, expected] of Object.entries(sets)) {
    assert.equal(await codeInTime(() => verifier().setKeys(utf8(set), "public")), expected);
  }
});

test("fullest_key_sets_are_imported_in_time", async () => {
  const ed25519 = (at) => ({
    kty: "OKP",
    crv: "Ed25519",
    kid: `${at}`,
    x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
  });
  const rsa16384 = () => ({ kty: "RSA", kid: "rsa", e: "AQAB", n: filled("_", 2_730) });
  for (const [make, accepted] of [
    [ed25519, 256],
    [rsa16384, 0],
  ]) {
    const set = utf8(JSON.stringify({ keys: Array.from({ length: 256 }, (_, at) => make(at)) }));
    assert.equal(await codeInTime(() => verifier().setKeys(set, "public").accepted), accepted);
  }
});

test("second_text_for_the_same_octets_is_refused", () => {
  for (const [text, expected] of Object.entries({
    "": new Uint8Array(),
    AA: Uint8Array.of(0),
    _w: Uint8Array.of(255),
    AAA: new Uint8Array(2),
    AAAA: new Uint8Array(3),
    A: "not_canonical",
    AAAAA: "not_canonical",
    AB: "not_canonical",
    AAB: "not_canonical",
    "AA==": "character",
    "A+": "character",
    "A/": "character",
    "A A": "character",
    "AA\n": "character",
    é: "character",
    "\u{1f600}": "character",
  })) {
    assert.deepEqual(base64url.decodeBase64url(text), expected, text);
  }
});
