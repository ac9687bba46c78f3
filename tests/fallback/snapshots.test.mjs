/** The snapshot reader of the fallback, in Node: the format's own vectors, and editions that the publisher wrote. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FOLDING, runFormatVectors } from "./suite/format.mjs";
import { runSnapshots } from "./suite/snapshots.mjs";
import { loadModules } from "./support/modules.mjs";
import { makeSnapshots, needsPublisher } from "./support/snapshots.mjs";
import { formatFile, formatIndex } from "./support/vectors.mjs";

const modules = await loadModules();

test("vectors_of_the_format_end_as_they_say", async () => {
  const { vectors, steps, wrong } = await runFormatVectors(modules, formatIndex(), formatFile);
  console.log(`report: vectors of RSN/1, fallback: ${vectors} vectors, ${steps} steps`);
  assert.ok(vectors >= 200);
  assert.deepEqual(wrong, []);
  assert.ok(FOLDING.length < vectors / 20);
});

test("editions_are_read_and_revoked_tokens_refused_whatever_the_way", needsPublisher, async () => {
  const { checks, wrong } = await runSnapshots(modules, makeSnapshots());
  assert.deepEqual(wrong, []);
  assert.ok(checks > 1_000, `${checks} checks`);
});

test("digest_by_hand_is_the_engines", async () => {
  const { sha256 } = modules.sha256;
  for (let length = 0; length < 200; length += 1) {
    const message = Uint8Array.from({ length }, (_, at) => (at * 7 + length) & 0xff);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", message));
    assert.deepEqual(sha256(message), digest, `${length} octets`);
  }
});
