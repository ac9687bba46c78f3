/** The authority's Token Status Lists, read by code that shares nothing with the verifier, and by the package. */
import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { after, test } from "node:test";
import { inflateSync } from "node:zlib";
import { startAuthority } from "./support/authority.mjs";
import { importPackage } from "./support/package.mjs";

const ISSUER = "http://127.0.0.1:7411";

const { createVerifier } = await importPackage();
const authority = await startAuthority({
  issuer: ISSUER,
  users: ["ann:acme", "ben"],
  config: [["# enabled = false", "enabled = true"]],
});
after(authority.stop);

test("the bit of a revoked token is 1, and the bits of all others stay 0", async () => {
  const [stolen, kept] = [await signIn("ann"), await signIn("ann")];
  assert.deepEqual([await bitOf(stolen), await bitOf(kept)], [0, 0]);
  await authority.revoke({ type: "token", jti: partOf(stolen, 1).jti });
  await eventually(async () => (await bitOf(stolen)) === 1);
  assert.equal(await bitOf(kept), 0);
  assert.equal(await setBits(stolen), 1);
});

test("a cut-off sets the bits of the tokens issued before it, and of none after", async () => {
  const [before, other] = [await signIn("ann"), await signIn("ben")];
  await authority.revoke({ type: "subject", value: "ann" });
  await eventually(async () => (await bitOf(before)) === 1);
  const later = await signIn("ann");
  assert.deepEqual([await bitOf(other), await bitOf(later)], [0, 0]);
});

test("a verifier without the snapshot learns of a revocation by the list", async () => {
  const clock = { ahead: 0 };
  const verifier = await createVerifier({
    issuer: ISSUER,
    audience: "api",
    typ: "at+jwt",
    keys: { jwksUri: `${ISSUER}/jwks.json` },
    revocations: null,
    statusLists: { uris: [`${ISSUER}/status`] },
    requiredClaims: ["status"],
    autoRefresh: false,
    now: () => Math.floor(Date.now() / 1000) + clock.ahead,
    fetch: asIfAtTheIssuer,
  });
  const token = await signIn("ben");
  assert.equal((await verifier.verify(token)).code, "ACCEPTED");
  await authority.revoke({ type: "session", value: partOf(token, 1).sid });
  await eventually(async () => (await bitOf(token)) === 1);
  clock.ahead = 61;
  await verifier.refresh();
  await assert.rejects(verifier.verify(token), { code: "ERR_STATUS_NOT_VALID", details: { status: 1 } });
  verifier.close();
});

/** The authority listens at a free port, and names its lists by the issuer's address. */
async function asIfAtTheIssuer(url, init) {
  const { status, headers, body } = await fetch(url.replace(ISSUER, authority.origin), init);
  return new Response(body, { status, headers });
}

async function signIn(username) {
  const { password } = authority.secrets.users.find((user) => user.username === username);
  const response = await fetch(`${authority.origin}/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username, password }),
  });
  return (await response.json()).access_token;
}

/** The inflated list of a token: fetched, its signature checked by node:crypto, its parts as the draft has them. */
async function listOf(token) {
  const { uri } = partOf(token, 1).status.status_list;
  const accept = "application/statuslist+jwt";
  const response = await fetch(uri.replace(ISSUER, authority.origin), { headers: { accept } });
  assert.equal(response.headers.get("content-type"), accept);
  const list = await response.text();
  assert.ok(await isSigned(list));
  const { sub, status_list } = partOf(list, 1);
  assert.deepEqual([partOf(list, 0).typ, sub, status_list.bits], ["statuslist+jwt", uri, 1]);
  return inflateSync(Buffer.from(status_list.lst, "base64url"));
}

async function bitOf(token) {
  const { idx } = partOf(token, 1).status.status_list;
  return ((await listOf(token))[idx >> 3] >> (idx & 7)) & 1;
}

async function setBits(token) {
  let count = 0;
  for (let byte of await listOf(token)) for (; byte > 0; byte &= byte - 1) count += 1;
  return count;
}

async function isSigned(jwt) {
  const { keys } = await (await fetch(`${authority.origin}/jwks.json`)).json();
  const jwk = keys.find(({ kid }) => kid === partOf(jwt, 0).kid);
  const key = createPublicKey({ key: jwk, format: "jwk" });
  const [header, payload, signature] = jwt.split(".");
  const signed = Buffer.from(`${header}.${payload}`);
  return verify("sha256", signed, { key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
}

function partOf(jwt, place) {
  return JSON.parse(Buffer.from(jwt.split(".")[place], "base64url"));
}

async function eventually(condition) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail("not within ten seconds");
}
