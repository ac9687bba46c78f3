import type { SnapshotStatus } from "../../core.js";
import type { Snapshot } from "./snapshot.js";

/** When editions that answer together are stale, and when they stop answering: no answer is fresher than its oldest. */
export interface Validity {
  readonly issuedAt: number;
  readonly nextUpdate: number;
  readonly expiresAt: number;
}

export function validityOf(snapshots: readonly Snapshot[]): Validity {
  const manifests = snapshots.map(({ manifest }) => manifest);
  return {
    issuedAt: Math.min(...manifests.map(({ issuedAt }) => issuedAt)),
    nextUpdate: Math.min(...manifests.map(({ nextUpdate }) => nextUpdate)),
    expiresAt: Math.min(...manifests.map(({ expiresAt }) => expiresAt)),
  };
}

/** `now`: not before the largest signed time seen. */
export function freshnessOf({ nextUpdate, expiresAt }: Validity, now: number): SnapshotStatus["freshness"] {
  if (now < nextUpdate) return "fresh";
  return now < expiresAt ? "stale" : "expired";
}

/** Editions in figures; epoch and version are the first one's. A clock behind the floor is taken as it. */
export function statusOf(
  snapshots: readonly [Snapshot, ...Snapshot[]],
  parts: readonly string[],
  now: number,
  timeFloor: number,
): SnapshotStatus {
  const { epoch, version } = snapshots[0].manifest;
  const validity = validityOf(snapshots);
  const sum = (of: (snapshot: Snapshot) => number) => snapshots.reduce((before, snapshot) => before + of(snapshot), 0);
  return Object.freeze({
    epoch,
    version,
    ...validity,
    ageSeconds: Math.max(Math.max(Math.floor(now), 0) - validity.issuedAt, 0),
    freshness: freshnessOf(validity, Math.max(now, timeFloor)),
    entries: sum(({ manifest }) => manifest.base.entries),
    bytes: sum(({ bytes }) => bytes),
    parts: Object.freeze([...parts]),
  });
}
