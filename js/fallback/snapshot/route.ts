/** The cheapest way from one version to another over the deltas of a manifest. */
import type { DeltaName } from "./manifest.js";

/** Deltas to apply one after another, by their places in the manifest, and what fetching them costs. */
export interface Route {
  readonly deltas: readonly number[];
  readonly bytes: number;
}

/**
 * The cheapest route, of equal ones that with the fewest deltas; `null` when the deltas do not lead there. A step goes
 * from anywhere within a delta's span to its end: what it repeats of the time before was superseded or is the same.
 */
export function routeOf(deltas: readonly DeltaName[], from: number, to: number): Route | null {
  const reached: { version: number; route: Route }[] = [{ version: from, route: { deltas: [], bytes: 0 } }];
  const ascending = deltas.map((delta, at) => ({ delta, at })).sort((one, other) => one.delta.to - other.delta.to);
  for (const { delta, at } of ascending) {
    if (delta.to <= from || delta.to > to) continue;
    const starts = reached.filter(({ version }) => delta.from <= version && version < delta.to);
    const start = cheapest(starts);
    if (start === null) continue;
    const route = { deltas: [...start.deltas, at], bytes: start.bytes + (delta.object?.length ?? 0) };
    reached.push({ version: delta.to, route });
  }
  return cheapest(reached.filter(({ version }) => version === to));
}

function cheapest(reached: readonly { readonly route: Route }[]): Route | null {
  let best: Route | null = null;
  for (const { route } of reached) if (best === null || isCheaper(route, best)) best = route;
  return best;
}

function isCheaper(one: Route, other: Route): boolean {
  return one.bytes === other.bytes ? one.deltas.length < other.deltas.length : one.bytes < other.bytes;
}
