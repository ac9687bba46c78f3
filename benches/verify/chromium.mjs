/** rescind and jose in a page of headless Chromium. */
import { fileURLToPath } from "node:url";
import { startChromium } from "../runtimes/chromium.mjs";

export async function measureChromium(sets, effort, report) {
  const { browser, origin, stop } = await startChromium({ benches: fileURLToPath(new URL("..", import.meta.url)) });
  try {
    const page = await browser.newPage();
    await page.goto(`${origin}/`);
    for (const set of sets) report("chromium", set.name, await page.evaluate(measureInPage, { set, effort }));
    return { chromium: browser.version() };
  } finally {
    await stop();
  }
}

async function measureInPage({ set, effort }) {
  const { measure } = await import("/benches/page/verify.mjs");
  return measure(set, effort);
}
