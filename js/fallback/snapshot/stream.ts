/** The current snapshot of one part of a publication, the update in progress and the high-water mark. */
import type { Plan } from "../../core.js";
import { manifest as finding, isFailure, objects as objectFinding } from "../failure.js";
import { HighWater } from "./high-water.js";
import { type Manifest, readManifest, signedParts } from "./manifest.js";
import { nameOf } from "./part.js";
import { baseRoute, Pending, wayTo } from "./pending.js";
import type { ManifestProof } from "./proofs.js";
import { Snapshot } from "./snapshot.js";
import type { State } from "./state.js";
import type { Trust } from "./trust.js";

/** What all parts of a verifier share. */
export interface Surroundings {
  readonly trust: Trust;
  readonly tenant: string;
  readonly clockToleranceSeconds: number;
  /** The largest signed time seen: a clock behind it is taken as it. */
  readonly timeFloor: number;
}

export class Stream {
  readonly #part: string;
  #current: Snapshot | null = null;
  #pending: Pending | null = null;
  #mark: HighWater;
  /** Set when changes could not be laid over what is held: the next update starts from a base. */
  #restart = false;

  constructor(part: string, era: number) {
    this.#part = part;
    this.#mark = HighWater.NONE.inEra(era);
  }

  get snapshot(): Snapshot | null {
    return this.#current;
  }

  get mark(): HighWater {
    return this.#mark;
  }

  /** The manifest that waits for its objects. */
  get pendingManifest(): Manifest | null {
    return this.#pending?.manifest ?? null;
  }

  /** The next plan starts from a base, whatever is held. */
  restart(): void {
    this.#restart = true;
  }

  /** Takes a stored mark: only ever raises. */
  restore(mark: HighWater): void {
    this.#mark = this.#mark.raisedTo(mark);
  }

  /** After other keys: what waits was verified by the earlier ones. */
  trust(before: Trust, after: Trust): void {
    if (before.number !== after.number) this.#pending = null;
    if (before.era === after.era) return;
    this.#restart = true;
    this.#mark = this.#mark.inEra(after.era);
  }

  /**
   * Takes a manifest whose proof is known, and says which objects it needs. It becomes the pending one; the very
   * manifest that is current leaves nothing pending. @throws the finding, and what was pending stays then
   */
  offerManifest(bytes: Uint8Array, proof: ManifestProof | null, now: number, around: Surroundings): Plan {
    const manifest = opened(bytes, proof, around.trust);
    if (manifest.tenant !== around.tenant) throw finding.tenant();
    this.#checkPart(manifest);
    checkTimes(manifest, now, around);
    this.#checkEdition(manifest, around.trust);
    const unchanged = this.#current?.manifest.sha256 === manifest.sha256;
    const pending = unchanged ? null : this.#pendingFor(manifest);
    this.#pending = pending;
    return planOf(manifest, unchanged, pending?.needed() ?? []);
  }

  /** Takes the bytes of one object of the pending manifest. @throws the finding about it */
  offerObject(bytes: Uint8Array, sha256: string | null): void {
    if (this.#pending === null) throw objectFinding.unexpected();
    this.#pending.take(bytes, sha256);
  }

  /** The state of the pending edition, which stays pending unless the state cannot be made. @throws the finding */
  prepare({ era }: Trust): State {
    const pending = this.#pending;
    if (pending === null) throw objectFinding.missing();
    this.#mark.checkEra(era);
    this.#mark.check(pending.manifest);
    if (!pending.isComplete) throw objectFinding.missing();
    try {
      const state = pending.state(this.#current?.state ?? null);
      this.#restart = false;
      return state;
    } catch (thrown) {
      if (isFailure(thrown)) [this.#restart, this.#pending] = [true, null];
      throw thrown;
    }
  }

  /** Makes the pending edition the current one, with the state that {@link prepare} gave. */
  install(state: State): void {
    const manifest = this.pendingManifest;
    if (manifest === null) return;
    this.#pending = null;
    this.#mark = this.#mark.accepting(manifest);
    this.#current = new Snapshot(manifest, state);
  }

  /** Drops what is pending; the current snapshot stays. */
  abandon(): void {
    this.#pending = null;
  }

  /** Drops the current snapshot, and what is pending as far as it builds on that. */
  forget(): void {
    this.#current = null;
    if (this.#pending?.isFromBase === false) this.#pending = null;
  }

  #checkPart({ part }: Manifest): void {
    const got = nameOf(part);
    if (got !== this.#part) throw finding.part(this.#part, got);
  }

  /** Refuses rollback, and two contents of one edition, pending or accepted. */
  #checkEdition(manifest: Manifest, { era, epoch }: Trust): void {
    this.#mark.checkEra(era);
    if (manifest.epoch < epoch) throw finding.rolledBack({ epoch, version: 0 }, manifest);
    this.#mark.check(manifest);
    const pending = this.pendingManifest;
    const isSameEdition = pending?.epoch === manifest.epoch && pending.version === manifest.version;
    if (isSameEdition && pending.sha256 !== manifest.sha256) throw finding.equivocation(manifest);
  }

  #pendingFor(manifest: Manifest): Pending {
    const held = [...(this.#current?.state.objects ?? []), ...(this.#pending?.objects ?? [])];
    return new Pending(manifest, wayTo(manifest, this.#restart ? null : this.#current, held), held);
  }
}

/** The one place where it is asked whether a manifest's signature holds. */
function opened(bytes: Uint8Array, proof: ManifestProof | null, trust: Trust): Manifest {
  const { keyId, body } = signedParts(bytes);
  const key = trust.keyWith(keyId);
  // Trusted since the proof only: as if the offer had come before.
  if (key === undefined || proof?.signer !== key.x) throw finding.keyUnknown();
  if (!proof.holds) throw finding.signatureInvalid();
  return readManifest(body, proof.sha256);
}

/** Refuses a manifest from the future and one that no longer answers. */
function checkTimes({ issuedAt, expiresAt }: Manifest, clock: number, around: Surroundings): void {
  const now = Math.max(clock, around.timeFloor);
  if (issuedAt > now + around.clockToleranceSeconds) throw finding.fromFuture(now, issuedAt);
  if (now >= expiresAt) throw finding.expired(now, expiresAt);
}

function planOf(manifest: Manifest, unchanged: boolean, needed: Plan["needed"]): Plan {
  const { epoch, version, leastWaitSeconds, objects, deltas } = manifest;
  const listed = baseRoute(manifest).deltas.map((at) => deltas[at]?.object ?? null);
  const base = [...objects, ...listed.filter((name) => name !== null)].map(({ sha256 }) => sha256);
  return { epoch, version, unchanged, leastWaitSeconds, base, needed };
}
