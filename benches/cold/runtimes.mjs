/** Cold starts: each sample is a fresh process or page that has never seen the package. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median } from "../rounds.mjs";
import { startChromium } from "../runtimes/chromium.mjs";
import { layOut, start } from "../runtimes/workerd.mjs";
import { BASE, SCRIPT } from "../size/bundle.mjs";

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Node: from the import to the first verdict; Node's own start is not part of it. */
export async function coldNode(input, samples) {
  const run = () => JSON.parse(execFileSync(process.execPath, [here("cold/process.mjs"), JSON.stringify(input)]));
  return medians(await repeated(samples, async () => run()));
}

/** workerd: from the start of the process to the first answer, beside the same for a worker without the package. */
export async function coldWorkerd(input, samples) {
  const texts = { "input.json": JSON.stringify(input) };
  const verifying = layOut("worker/cold.mjs", { "worker/cold.mjs": here("worker/cold.mjs") }, texts);
  const empty = layOut("worker/empty.mjs", { "worker/empty.mjs": here("worker/empty.mjs") });
  try {
    const times = await repeated(samples, async () => ({
      total: await toFirstAnswer(verifying),
      "empty worker": await toFirstAnswer(empty),
    }));
    return medians(times);
  } finally {
    verifying.remove();
    empty.remove();
  }
}

/** Chromium: from the import of a bundle to the first verdict, in a context of its own without any cache. */
export async function coldChromium(input, samples, bundled) {
  const { browser, origin, stop } = await startChromium({ benches: here(""), app: bundled });
  try {
    const times = await repeated(samples, async () => {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(`${origin}/`);
      const found = await page.evaluate(verdictInPage, { input, script: `${BASE}${SCRIPT}` });
      await context.close();
      return found;
    });
    return { ...medians(times), version: browser.version() };
  } finally {
    await stop();
  }
}

async function verdictInPage({ input, script }) {
  const { firstVerdict } = await import("/benches/cold/verdict.mjs");
  return firstVerdict(() => import(script), input);
}

async function toFirstAnswer(layout) {
  const begin = performance.now();
  const { url, stop } = await start(layout);
  try {
    const response = await fetch(url);
    const text = await response.text();
    if (!response.ok) throw new Error(`the worker answered ${response.status}: ${text}`);
    return performance.now() - begin;
  } finally {
    await stop();
  }
}

/** One sample more than asked: the first one finds the files on disk cold. */
async function repeated(samples, take) {
  const taken = [];
  for (let at = -1; at < samples; at += 1) {
    const sample = await take();
    if (at >= 0) taken.push(sample);
  }
  return taken;
}

function medians(samples) {
  const steps = Object.keys(samples[0]);
  return Object.fromEntries(steps.map((step) => [step, median(samples.map((sample) => sample[step]))]));
}
