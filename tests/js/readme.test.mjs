/** The page that npm shows: its examples run, as they stand there, against a real authority. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { published, startAuthority } from "./support/authority.mjs";
import { importPackage, packageDir } from "./support/package.mjs";

const ISSUER = "https://auth.example.com";

const page = readFileSync(join(packageDir, "README.md"), "utf8");
const examples = [...page.matchAll(/^```js\n(.*?)^```/gms)].map(([, code]) => code);
const rescind = await importPackage();
/** Examples are functions, since they await. */
const AsyncFunction = (async () => {}).constructor;
const realFetch = globalThis.fetch;

let authority;
let tokens;

before(async () => {
  authority = await startAuthority({ issuer: ISSUER, users: ["anna:acme", "ben"] });
  globalThis.fetch = async (url, init) => {
    if (url instanceof Request) return new Response("the protected API");
    const response = await realFetch(url.replace(ISSUER, authority.origin), init);
    return new Response(response.body, response);
  };
  tokens = await Promise.all(authority.secrets.users.map(signIn));
});

after(async () => {
  globalThis.fetch = realFetch;
  await authority.stop();
});

test("the first two examples accept a good token and tell a revoked one", async () => {
  const [create, ask] = examples;
  const serve = await run(`${create} ${ask} verifier.close();`, { serve: (claims) => claims.sub });
  assert.equal(serve.serve, "anna");
  const code = `${create.replace("const { claims, evidence } = await verifier.verify(token);", "")} ${ask} verifier.close();`;
  const { snapshot } = await authority.revoke({ type: "subject", value: "anna" });
  await published(authority, snapshot, authority.url);
  const revoked = await run(code, { signOut: (dimension) => dimension });
  assert.equal(revoked.signOut, "subject");
});

test("the worker of the page lets a good token pass and answers 401 to a revoked one and to none", async () => {
  const options = { issuer: ISSUER, audience: "api", keys: { jwksUri: `${ISSUER}/jwks.json` } };
  const revocations = { url: `${ISSUER}/r/main`, publisherKeys: [authority.publisherKey] };
  const worker = examples[2].replace(/^import .*$/m, "").replace("export default", "const handler =");
  const make = new AsyncFunction("createVerifier", "options", `${worker}; return handler;`);
  const handler = await make(rescind.createVerifier, { ...options, revocations, autoRefresh: false });
  const answer = async (headers) => {
    const response = await handler.fetch(new Request("https://api.example/", { headers }), {}, { waitUntil: () => {} });
    return `${response.status} ${await response.text()}`;
  };
  const [revoked, good] = tokens;
  assert.equal(await answer({ authorization: `Bearer ${good}` }), "200 the protected API");
  assert.equal(await answer({ authorization: `Bearer ${revoked}` }), "401 ERR_REVOCATION_REVOKED");
  assert.equal(await answer({}), "401 ERR_TOKEN_MALFORMED");
});

async function signIn({ username, password }) {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ username, password });
  const answer = await realFetch(`${authority.origin}/login`, { method: "POST", headers, body });
  return (await answer.json()).access_token;
}

/** Runs an example; answers what its free functions were called with. */
async function run(code, handlers) {
  const calls = {};
  const free = { publisherKey: authority.publisherKey, token: tokens[0] };
  for (const name of ["serve", "signOut", "refuse"]) {
    free[name] = (value) => {
      calls[name] = handlers[name]?.(value) ?? "unexpected";
    };
  }
  const body = code.replace(/^import .*$/gm, "");
  await new AsyncFunction("createVerifier", ...Object.keys(free), body)(rescind.createVerifier, ...Object.values(free));
  return calls;
}
