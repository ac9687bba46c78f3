// The real demo in a real browser: the system of `cargo xtask demo`, Chromium, and what the page logged.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { startSystem } from "../../www/system/system.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const RESULTS = join(ROOT, "test-results", "e2e");
const CHROMIUM = process.env.RESCIND_CHROMIUM ?? "/usr/bin/chromium";
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** The browser itself logs every 401 as an error; that is what the page is there to show. */
const EXPECTED = /Failed to load resource: the server responded with a status of 401/;

export const desktop = { viewport: { width: 1280, height: 900 } };
export const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

/** The system under test, from the two variables that `cargo xtask test` sets. */
export function startDemo() {
  const { RESCIND_AUTHORITY_BIN: authorityBinary, RESCIND_PACKAGE_DIR: packageFolder } = process.env;
  if (!authorityBinary || !packageFolder)
    throw new Error("set RESCIND_AUTHORITY_BIN and RESCIND_PACKAGE_DIR, or run `cargo xtask test --only e2e`");
  return startSystem({
    authorityBinary,
    packageFolder,
    log: (line) => /\b(?:WARN|ERROR)\b|^demo:|panicked/.test(line) && console.error(line),
  });
}

export function startBrowser() {
  return chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
}

/**
 * Opens the page in a fresh context and collects what must not happen.
 * @param {import("playwright-core").Browser} browser
 * @param {string} address
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
export async function openPage(browser, address, options = desktop) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !EXPECTED.test(message.text())) problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(address);
  await page.getByRole("button", { name: "Sign in as Alice" }).waitFor();
  await page.getByText("Snapshot in force").waitFor();
  return { page, problems, close: () => context.close() };
}

/** Signs in as Alice and waits until all five holders were answered 200. */
export async function signInAsAlice(page) {
  await page.getByRole("button", { name: "Sign in as Alice" }).click();
  await everyoneAnswered(page);
}

export async function everyoneAnswered(page) {
  await page.waitForFunction(() => document.querySelectorAll(".holder .badge.ok").length === 5);
}

/** Waits until exactly these holders are refused and all others still answered. Identifiers as in www/page/cast.js. */
export async function refusedExactly(page, ids) {
  await page.waitForFunction(
    (expected) => {
      const state = [...document.querySelectorAll(".holder")].map((row) => [
        row.querySelector("input").id.replace("holder-", ""),
        row.querySelector(".badge").textContent,
      ]);
      return state.every(([id, text]) => (expected.includes(id) ? text === "401 revoked" : text.startsWith("200")));
    },
    ids,
    { timeout: 20_000 },
  );
}

/** Keeps a picture of the whole page, scrolled to its top. */
export async function keepScreenshot(page, name) {
  await mkdir(RESULTS, { recursive: true });
  await page.evaluate(() => scrollTo(0, 0));
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(RESULTS, `${name}.png`), fullPage: true });
  if (process.env.RESCIND_UPDATE_IMAGES === "1" && /^demo-(?:light|dark)$/.test(name)) await keepForReadme(page, name);
}

/** The four steps, without the details below them. */
async function keepForReadme(page, name) {
  await mkdir(join(ROOT, "docs", "images"), { recursive: true });
  const { y, height } = await page.locator("#timeline").boundingBox();
  const clip = { x: 0, y: 0, width: desktop.viewport.width, height: Math.round(y + height + 10) };
  await page.screenshot({ path: join(ROOT, "docs", "images", `${name}.png`), fullPage: true, clip });
}
