/** The browsers whose WebAssembly is really absent, and what becomes of tests where one is not installed. */
import { askChromium, missingChromium } from "./chromium.mjs";
import { askWebkit, missingWebkit } from "./webkit.mjs";

/** By name: what is missing, or null; and how the report of a page is awaited, for so many seconds at most. */
export const BROWSERS = {
  chromium_jitless: {
    missing: missingChromium(),
    ask: (address, seconds) => askChromium(address, "globalThis.report", seconds),
  },
  webkitgtk_without_wasm: {
    missing: missingWebkit(),
    ask: (address, seconds) => askWebkit(address, "return globalThis.report", seconds),
  },
};

/** Options of a test that needs a browser, and others: skipped aloud without the browser; in CI that is a failure. */
export function needsBrowser(missing, others = {}) {
  if (missing === null) return others;
  if (process.env.CI) throw new Error(missing);
  console.error(`SKIPPED: ${missing}`);
  return { skip: missing };
}
