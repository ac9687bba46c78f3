/** The snapshot reader where it is for: in browsers whose WebAssembly is really absent. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BROWSERS, needsBrowser } from "./support/browsers.mjs";
import { startServer } from "./support/server.mjs";
import { makeSnapshots, needsPublisher } from "./support/snapshots.mjs";
import { formatFile, formatIndex } from "./support/vectors.mjs";

const SECONDS = 300;

for (const [name, { missing, ask }] of Object.entries(BROWSERS)) {
  describe(name, { ...needsBrowser(missing), concurrency: 1 }, () => {
    let server;
    let report;
    before(async () => {
      const snapshots = needsPublisher.skip ? null : makeSnapshots();
      server = await startServer({ "/snapshots.json": () => snapshots, "/format.json": format });
      report = await ask(`${server.origin}/page/snapshots.html`, SECONDS);
    });
    after(() => server?.stop());

    test("page_has_no_webassembly", () => {
      assert.deepEqual([report.error, report.webAssembly], [undefined, "undefined"]);
    });
    test("vectors_of_the_format_end_as_they_say", () => {
      assert.ok(report.format.vectors >= 200);
      assert.deepEqual(report.format.wrong, []);
    });
    test("editions_are_read_and_revoked_tokens_refused_whatever_the_way", needsPublisher, () => {
      assert.ok(report.snapshots.checks > 1_000);
      assert.deepEqual(report.snapshots.wrong, []);
    });
  });
}

/** Index and files in one answer. */
function format() {
  const index = formatIndex();
  const steps = index.vectors.flatMap((vector) => vector.steps);
  const names = new Set(steps.flatMap(({ file, objects = [] }) => [...(file === undefined ? [] : [file]), ...objects]));
  const files = [...names].map((name) => [name, Buffer.from(formatFile(name)).toString("base64")]);
  return { index, files: Object.fromEntries(files) };
}
