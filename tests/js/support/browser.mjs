/** Headless Chromium: the one that RESCIND_CHROMIUM names, or where Debian puts it. */
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export function launch() {
  const executablePath = [process.env.RESCIND_CHROMIUM, ...PLACES].find((path) => path && existsSync(path));
  if (executablePath === undefined) throw new Error("no Chromium found: RESCIND_CHROMIUM must name one");
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}
