/** Chromium without JIT, and so without WebAssembly. */
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const executablePath = process.env.RESCIND_CHROMIUM ?? "/usr/bin/chromium";

/** What is missing, in words, or `null`. */
export function missingChromium() {
  return existsSync(executablePath) ? null : `no Chromium at ${executablePath}: RESCIND_CHROMIUM names it`;
}

/** Opens a page and answers the value of `expression` once the title is "done". */
export async function askChromium(address, expression, seconds, args = []) {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--js-flags=--jitless", ...args] });
  try {
    const page = await browser.newPage();
    await page.goto(address);
    await page.waitForFunction("document.title === 'done'", undefined, { timeout: seconds * 1000 });
    return await page.evaluate(expression);
  } finally {
    await browser.close();
  }
}
