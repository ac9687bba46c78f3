/** What the results of `bench verify` say: ratios to the fastest peer, lines for the terminal, tables for documents. */
import { listed, table } from "./document.mjs";

const RUNTIMES = { node: "Node", workerd: "workerd", chromium: "Chromium" };

/** The fastest peer of one runtime and algorithm: among those that verify, or among those that remember. */
export function fastestPeer(results, { runtime, alg, mode }) {
  const isCached = mode === "cached";
  const peers = results.filter((one) => one.runtime === runtime && one.alg === alg && one.contender !== "rescind");
  const comparable = peers.filter((one) => (one.mode === "cached") === isCached);
  return comparable.sort((one, other) => one.ns - other.ns)[0] ?? null;
}

/** One line for each result. */
export function lines(results) {
  return results.map((result) => {
    const { contender, mode, ns, p99Ns } = result;
    const peer = fastestPeer(results, result);
    const ratio = peer === null ? "" : `${(ns / peer.ns).toFixed(2)} of ${peer.contender}`;
    return [
      `  ${contender} ${mode}`.padEnd(24),
      `${whole(ns)} ns/op`.padStart(16),
      `${whole(1e9 / ns)} ops/s`.padStart(18),
      (p99Ns === undefined ? "" : `p99 ${whole(p99Ns)} ns`).padStart(18),
      `  ${ratio}`,
    ].join("");
  });
}

/** All tables, with their conditions. */
export function markdown({ date, machine, versions, results }) {
  const runtimes = [...new Set(results.map(({ runtime }) => runtime))];
  return [
    `${date}, ${machine.cpu}, ${machine.threads} threads, ${machine.system}, load ${machine.loadAtStart} at the start. ${listed(versions)}.`,
    ...runtimes.flatMap((runtime) =>
      section(
        results.filter((result) => result.runtime === runtime),
        runtime,
      ),
    ),
  ].join("\n\n");
}

function section(results, runtime) {
  const title = `**${RUNTIMES[runtime]}**, µs for one token`;
  const tails = results.some(({ p99Ns }) => p99Ns !== undefined);
  const parts = [title, medians(results)];
  return tails ? [...parts, `**${RUNTIMES[runtime]}**, 99th percentile, µs`, matrix(results, "p99Ns")] : parts;
}

function medians(results) {
  const rows = matrixRows(results, "ns");
  const [head, ...body] = rows;
  const ratios = body.map(([alg]) => ratioCells(results, alg));
  return table([
    [...head, "rescind / fastest peer", "fastest peer"],
    ...body.map((row, at) => [...row, ...ratios[at]]),
  ]);
}

function ratioCells(results, alg) {
  const own = results.find((one) => one.alg === alg && one.contender === "rescind" && one.mode === "sync");
  const peer = fastestPeer(results, own);
  return [`**${(own.ns / peer.ns).toFixed(2)}**`, peer.contender];
}

function matrix(results, measure) {
  return table(matrixRows(results, measure));
}

/** Algorithms down, contenders across. */
function matrixRows(results, measure) {
  const nameOf = ({ contender, mode }) => `${contender} ${mode}`;
  const names = [...new Set(results.map(nameOf))];
  const algorithms = [...new Set(results.map(({ alg }) => alg))];
  const cell = (alg, name) => results.find((one) => one.alg === alg && nameOf(one) === name)?.[measure];
  return [
    ["algorithm", ...names],
    ...algorithms.map((alg) => [alg, ...names.map((name) => microseconds(cell(alg, name)))]),
  ];
}

function microseconds(ns) {
  if (ns === undefined) return "–";
  return (ns / 1000).toFixed(ns < 10_000 ? 2 : 1);
}

function whole(number) {
  return Math.round(number).toLocaleString("en-GB");
}
