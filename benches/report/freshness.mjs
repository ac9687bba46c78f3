/** What the results of `bench freshness` say: tables for the terminal and for documents. */
import { table } from "./document.mjs";

/** The 99th percentile to reach, in milliseconds (docs/benchmarks.md). */
export const GOALS = { polling: 15_000, push: 2_000 };

const NAMES = { polling: "polling", push: "push hint" };

export function tables({ results }) {
  return [times(results), bytes(results)].join("\n\n");
}

export function markdown(outcome) {
  const { date, machine, versions, conditions } = outcome;
  const head = `${date}, ${machine.cpu}, ${machine.threads} threads, load ${machine.loadAtStart} at the start, rescind ${versions.rescind} (authority: ${conditions.authority} build), Node ${versions.node}. Polls every ${conditions.pollSeconds} s, manifests ${conditions.cacheSeconds} s in the cache.`;
  return [head, tables(outcome)].join("\n\n");
}

function times(results) {
  const rows = results.map(({ way, verifiers, revocations, ms, everywhereMs }) => [
    NAMES[way],
    ...[revocations, verifiers].map(whole),
    ...[ms.p50, ms.p99, ms.max, everywhereMs.p50, everywhereMs.p99].map(seconds),
    `${seconds(GOALS[way])} (${ms.p99 <= GOALS[way] ? "reached" : "missed"})`,
  ]);
  const head = ["revoke → enforced, s", "revocations", "verifiers", "p50", "p99", "longest"];
  return table([[...head, "all verifiers: p50", "p99", "goal of p99"], ...rows]);
}

function bytes(results) {
  const rows = results.flatMap(({ way, busyADay, busy, quiet }) => [
    ...(quiet === null ? [] : [row(`${NAMES[way]}, nothing revoked`, quiet)]),
    row(`${NAMES[way]}, ${whole(busyADay.revocations)} revocations a day at ${whole(busyADay.moments)} moments`, busy),
  ]);
  const head = ["a verifier's day, scaled", "measured, s", "MB received", "MB sent", "requests", "of them 304"];
  return table([[...head, "at the origin, of all"], ...rows]);
}

function row(name, { seconds: measured, aDay }) {
  const { received, sent, manifests, unchanged, objects, events, origin } = aDay;
  const requests = manifests + unchanged + objects + events;
  const megabytes = [received, sent].map((count) => (count / 1e6).toFixed(2));
  return [name, measured.toFixed(0), ...megabytes, ...[requests, unchanged, origin].map(whole)];
}

function seconds(milliseconds) {
  return (milliseconds / 1_000).toFixed(2);
}

function whole(number) {
  return number.toLocaleString("en");
}
