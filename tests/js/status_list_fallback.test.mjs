/** Where WebAssembly is absent no status list is read: what cannot be judged is refused, unless nobody asked. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { projectDir } from "./support/package.mjs";
import { statusListFixture } from "./support/status-lists.mjs";

const ISSUER = "https://issuer.example";

const SCRIPT = `
  delete globalThis.WebAssembly;
  const { createVerifier } = await import("rescind");
  const { issuer, jwks, tokens, statusLists } = JSON.parse(process.env.QUESTION);
  const verifier = await createVerifier({
    issuer, audience: "api", keys: { jwks }, revocations: null, autoRefresh: false, ...statusLists,
  });
  const codes = [];
  for (const token of tokens) codes.push((await verifier.verify(token).catch((error) => error)).code);
  console.log(JSON.stringify({ core: verifier.status().core, codes }));
`;

test("the fallback refuses a token with status when lists are followed, and only then", () => {
  const { jwks, tokens } = statusListFixture(ISSUER, Math.floor(Date.now() / 1000));
  const asked = (statusLists) => ask({ issuer: ISSUER, jwks, tokens: [tokens.valid, tokens.without], statusLists });
  const following = asked({ statusLists: { uris: ["https://status.example"] } });
  assert.deepEqual(following, { core: "fallback", codes: ["ERR_STATUS_LIST_UNAVAILABLE", "ACCEPTED"] });
  assert.deepEqual(asked({}), { core: "fallback", codes: ["ACCEPTED", "ACCEPTED"] });
});

function ask(question) {
  const env = { ...process.env, QUESTION: JSON.stringify(question) };
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", SCRIPT], { cwd: projectDir, env });
  return JSON.parse(output);
}
