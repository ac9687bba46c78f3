/**
 * One verifier for very long: `cargo xtask soak`.
 *
 * Verifies tokens while its keys and its snapshot are swapped over and over, every verdict checked; fails when the
 * wasm's memory grows by more than a mebibyte after the first tenth.
 */
import { parseArgs } from "node:util";
import { importPackage } from "../js/support/package.mjs";
import { ADDRESSES, Network } from "../support/publisher.mjs";
import { wasmBytes } from "./memories.mjs";
import { ISSUER, keySets, NOW, probes, publishEditions } from "./world.mjs";

const MAX_GROWTH_BYTES = 1_048_576;

const { values } = parseArgs({
  options: {
    verifications: { type: "string" },
    swaps: { type: "string" },
    cached: { type: "boolean", default: false },
  },
});
const verifications = Number(values.verifications ?? 10_000_000);
const swaps = Number(values.swaps ?? Math.max(10, Math.round(verifications / 1_000)));
const perSwap = Math.ceil(verifications / swaps);

const { publisherKey, editions } = publishEditions(swaps);
const network = new Network();
const { createVerifier } = await importPackage();
const verifier = await createVerifier({
  issuer: ISSUER,
  audience: "api",
  keys: { jwksUri: ADDRESSES.keys },
  revocations: { url: ADDRESSES.feed, publisherKeys: [publisherKey] },
  now: () => NOW,
  autoRefresh: false,
  fetch: network.fetch,
  ...(values.cached ? {} : { cache: null }),
});

const tenths = [];
let start = performance.now();
let done = 0;
for (let swap = 0; swap < swaps; swap += 1) {
  network.keys = keySets[swap % keySets.length];
  network.edition = editions[swap];
  editions[swap] = null;
  await verifier.refresh();
  verify(swap);
  done += perSwap;
  if (Math.floor(((swap + 1) * 10) / swaps) > tenths.length) note();
}
verifier.close();
report();

function verify(swap) {
  const expected = probes.map((probe) => probe.expected(swap));
  for (let at = 0; at < perSwap; at += 1) {
    const which = at % probes.length;
    const { code } = verifier.check(probes[which].token);
    if (code !== expected[which]) throw new Error(`swap ${swap}: expected ${expected[which]}, got ${code}`);
  }
}

/** What a tenth of the run took, and what memory is held at its end. */
function note() {
  globalThis.gc?.();
  const now = performance.now();
  tenths.push({ milliseconds: now - start, wasm: wasmBytes(), heap: process.memoryUsage().heapUsed });
  start = performance.now();
  const { milliseconds, wasm, heap } = tenths.at(-1);
  const mebibytes = (bytes) => `${(bytes / 1_048_576).toFixed(2)} MiB`;
  console.log(
    `  ${done} done, ${(milliseconds / 1_000).toFixed(1)} s, wasm ${mebibytes(wasm)}, heap ${mebibytes(heap)}`,
  );
}

function report() {
  const [first, last] = [tenths[0], tenths.at(-1)];
  const growth = last.wasm - first.wasm;
  const slower = ((last.milliseconds / first.milliseconds - 1) * 100).toFixed(1);
  console.log(
    `${done} verifications, ${swaps} swaps of keys and snapshot: the wasm's memory grew by ${growth} bytes ` +
      `(at most ${MAX_GROWTH_BYTES}), the last tenth took ${slower} % longer than the first`,
  );
  process.exitCode = growth <= MAX_GROWTH_BYTES ? 0 : 1;
}
