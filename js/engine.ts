import type { SnapshotStatus } from "./core.js";
import type { Refusal, RescindError } from "./errors.js";
import type { KeyTaker } from "./keys.js";
import type { Settings } from "./settings.js";
import type { StatusListTaker } from "./status-list/taker.js";
import type { CacheStatus, Verdict, VerifierStatus } from "./types.js";
import type { Updatable } from "./watched.js";

/** What judges the tokens of one verifier: the wasm core, or the fallback where there is none. */
export interface Engine {
  /** As `status().core` shows it. */
  readonly core: VerifierStatus["core"];
  /** Why it is not the wasm. */
  readonly reason: RescindError | null;
  readonly keys: KeyTaker;
  /** What takes snapshots; `null` where revocation is not checked. */
  readonly snapshots: Updatable | null;
  /** What takes status lists; `null` where none can be read. */
  readonly statusLists: StatusListTaker | null;
  /** The verdict at once. Never throws. */
  judge(token: unknown, now: number): Verdict | Refusal;
  /** The verdict where it takes a promise; `null` where {@link judge} has it. */
  readonly judgeLater: ((token: unknown, now: number) => Promise<Verdict | Refusal>) | null;
  cache(): CacheStatus | null;
  /** As `status().rsa` shows it. */
  rsa(): VerifierStatus["rsa"];
  free(): void;
}

/** Makes the engine of one verifier. `snapshot`: the one in force, as evidence. @throws {@link RescindError} */
export type MakeEngine = (settings: Settings, snapshot: (now: number) => SnapshotStatus | null) => Engine;
