/** rescind and jose in workerd, timed from outside: differences to a request that does nothing. */
import { fileURLToPath } from "node:url";
import { median } from "../rounds.mjs";
import { layOut, start } from "../runtimes/workerd.mjs";

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

export async function measureWorkerd(sets, effort, report) {
  const modules = ["worker/verify.mjs", "contenders.mjs", "rounds.mjs", "node_modules/jose/dist/webapi"];
  const files = Object.fromEntries(modules.map((name) => [name, here(name)]));
  const layout = layOut("worker/verify.mjs", files, { "sets.json": JSON.stringify(sets) });
  const worker = await start(layout);
  try {
    for (const { name } of sets) report("workerd", name, await measureSet(worker.url, name, effort));
  } finally {
    await worker.stop();
    layout.remove();
  }
}

/** Shorter requests would drown in what a request costs by itself. */
const LEAST_MILLISECONDS = 30;

async function measureSet(url, set, effort) {
  const { rounds } = effort;
  const milliseconds = Math.max(effort.milliseconds, LEAST_MILLISECONDS);
  const contenders = JSON.parse(await ask(url, { set }));
  const runs = [];
  for (const contender of contenders.keys()) {
    const request = { set, contender };
    // The most of several times: the first one is the warm-up, and another one may meet a busy machine.
    const counts = [];
    for (let time = 0; time < 4; time += 1) counts.push(await countFor(url, request, milliseconds));
    runs.push({ ...request, count: Math.max(...counts), times: [] });
  }
  const idle = [];
  for (let round = 0; round < rounds; round += 1) {
    idle.push(await taken(url, {}));
    for (const { times, ...request } of runs) times.push(await taken(url, request));
  }
  const overhead = median(idle);
  return contenders.map((contender, at) => {
    const { count, times } = runs[at];
    return { ...contender, ns: Math.max(0, ((median(times) - overhead) * 1e6) / count) };
  });
}

async function countFor(url, request, milliseconds) {
  for (let count = 16; ; count *= 2) {
    const spent = await taken(url, { ...request, count });
    if (spent > milliseconds / 2) return Math.max(1, Math.round((count * milliseconds) / spent));
  }
}

async function taken(url, request) {
  const start = performance.now();
  await ask(url, request);
  return performance.now() - start;
}

async function ask(url, request) {
  const response = await fetch(`${url}?${new URLSearchParams(request)}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`the worker answered ${response.status}: ${text}`);
  return text;
}
