/** What the package does when the wasm itself fails, which no input can cause: a core that misbehaves stands in for it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { importFile } from "./support/package.mjs";

const { Judge } = await importFile("dist/judge.js");

const memory = new WebAssembly.Memory({ initial: 1 });
const refusal = { code: "ERR_SIGNATURE_INVALID", message: "the signature does not hold", details: {} };
const working = { reserve: () => 1_024, verify: () => 1, tooLarge: () => 1, failure: () => refusal };

test("a trap refuses this token and every later one", () => {
  let trapped = true;
  const core = {
    ...working,
    verify: () => {
      if (trapped) throw new WebAssembly.RuntimeError("unreachable");
      return 1;
    },
  };
  const judge = new Judge(core, memory, 16_384, () => null);
  assert.equal(judge.judge("a.b.c", 1).code, "ERR_WASM_TRAPPED");
  trapped = false;
  assert.equal(judge.judge("a.b.c", 1).code, "ERR_WASM_TRAPPED");
});

test("claims or a header that are no JSON are a trap, not a crash", () => {
  const codeOf = (claims, header) => {
    const judge = new Judge({ ...working, verify: () => 0, report: () => 512 }, memory, 16_384, () => null);
    new Uint8Array(memory.buffer).set(Buffer.from(claims + header, "latin1"), 256);
    const places = [256, claims.length, 256 + claims.length, header.length];
    new Float64Array(memory.buffer, 512, 7).set([...places, 0, 0, 0]);
    return judge.judge("a.b.c", 1).code;
  };
  assert.equal(codeOf("{}", "{}"), "ACCEPTED");
  for (const broken of ["", "{", "\xff"]) {
    assert.deepEqual([codeOf(broken, "{}"), codeOf("{}", broken)], ["ERR_WASM_TRAPPED", "ERR_WASM_TRAPPED"]);
  }
});

test("a failure of an unknown shape is a trap", () => {
  for (const failure of [undefined, null, "text", { code: "ERR_NO_SUCH_CODE" }, new Error("boom")]) {
    const judge = new Judge({ ...working, failure: () => failure }, memory, 16_384, () => null);
    assert.equal(judge.judge("a.b.c", 1).code, "ERR_WASM_TRAPPED");
  }
});

test("a token with anything but ASCII never reaches the core as a part of itself", () => {
  const seen = [];
  const core = {
    ...working,
    verify: (bytes) => {
      seen.push(Buffer.from(memory.buffer, 1_024, bytes).toString("latin1"));
      return 1;
    },
  };
  const judge = new Judge(core, memory, 16_384, () => null);
  for (const extra of ["é", "\u{1f600}", "\ud800", "\uffff"]) judge.judge(`good.token.here${extra}`, 1);
  assert.deepEqual([...new Set(seen)], ["\xff.."]);
});
