/** The wasm memory never shrinks, so what is not given back is gone: it must not grow with use. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { published, startAuthority } from "./support/authority.mjs";
import { importFile, importPackage } from "./support/package.mjs";
import { keyPair } from "./support/tokens.mjs";

const { createVerifier, init } = await importPackage();
await init();

/** The glue answers the instance it holds. */
const { memory } = (await importFile("dist/load/core.js")).initSync();

const ISSUER = "https://issuer.example";
const key = keyPair("ES256");
const now = Math.floor(Date.now() / 1000);
const token = key.token({ iss: ISSUER, aud: "api", sub: "user-1", iat: now - 60, exp: now + 600 });
const options = { issuer: ISSUER, audience: "api", keys: { jwks: { keys: [key.jwk] } }, revocations: null };

test("a closed verifier gives its memory back", async () => {
  const grown = await growth(async () => {
    for (let round = 0; round < 100; round += 1) {
      const verifier = await createVerifier({ ...options, maxTokenBytes: 1_048_576 });
      verifier.check("x".repeat(1_048_576));
      verifier.close();
    }
  });
  assert.ok(grown <= 4 * 1_048_576, `grew by ${grown} bytes, not by a hundred buffers of a MiB`);
});

test("checks leave the memory as large as it was", async () => {
  const verifier = await createVerifier({ ...options, cache: null });
  verifier.check(token);
  const grown = await growth(() => {
    for (let round = 0; round < 2_000; round += 1) verifier.check(round % 2 === 0 ? token : `${token}x`);
  });
  verifier.close();
  assert.equal(grown, 0);
});

test("a snapshot that is replaced gives its memory back", async () => {
  const authority = await startAuthority({ issuer: ISSUER });
  const verifier = await createVerifier({
    ...options,
    revocations: { url: authority.url, publisherKeys: [authority.publisherKey] },
    autoRefresh: false,
  });
  const replace = async () => {
    const { snapshot } = await authority.revoke({ type: "subject", value: `user-${Math.random()}` });
    await published(authority, snapshot, authority.url);
    await verifier.refresh();
  };
  for (let round = 0; round < 3; round += 1) await replace();
  const before = verifier.status().snapshot.version;
  const grown = await growth(async () => {
    for (let round = 0; round < 30; round += 1) await replace();
  });
  assert.equal(verifier.status().snapshot.version, before + 30);
  verifier.close();
  await authority.stop();
  assert.ok(grown <= 131_072, `grew by ${grown} bytes`);
});

async function growth(action) {
  const before = memory.buffer.byteLength;
  await action();
  return memory.buffer.byteLength - before;
}
