/** A verified manifest that waits for its objects, and the ways that lead to its edition. */
import type { Plan } from "../../core.js";
import { objects as finding } from "../failure.js";
import { MAX_OVERLAY_CHANGES } from "../limits.js";
import { Delta } from "./delta.js";
import { KIND_NAMES } from "./kind.js";
import { checkObject, type Manifest } from "./manifest.js";
import { type HeldObject, isSame, type ObjectName, openObject } from "./object.js";
import { type Route, routeOf } from "./route.js";
import type { Snapshot } from "./snapshot.js";
import { State } from "./state.js";

/** How the state of an edition is made: by deltas from the manifest's base, or from what is held. */
export interface Way {
  readonly isFromBase: boolean;
  readonly route: Route;
}

/** The cheapest way. `held`: what may be continued; `objects`: those that need not be fetched again. */
export function wayTo(manifest: Manifest, held: Snapshot | null, objects: readonly HeldObject[]): Way {
  const whole = baseRoute(manifest);
  const missing = manifest.objects.filter((name) => !objects.some((object) => isSame(object.name, name)));
  const bytes = missing.reduce((sum, { length }) => sum + length, whole.bytes);
  const direct = held === null ? null : continuation(held, manifest);
  return direct !== null && direct.bytes <= bytes
    ? { isFromBase: false, route: direct }
    : { isFromBase: true, route: whole };
}

/** From the manifest's base: that there is a way was checked when the manifest was read. */
export function baseRoute({ deltas, base, version }: Manifest): Route {
  return routeOf(deltas, base.version, version) ?? { deltas: [], bytes: 0 };
}

/**
 * From what is held. The core would fold it where its version is not beyond the manifest's base; here that base is
 * fetched instead. Where no such way exists, what is held goes on on its older base until too much has gathered.
 */
function continuation({ manifest: held, state }: Snapshot, next: Manifest): Route | null {
  if (held.epoch !== next.epoch || !hasSameSalt(held, next)) return null;
  const direct = () => routeOf(next.deltas, held.version, next.version);
  if (state.isBasedOn(next.objects)) return direct();
  const { version } = next.base;
  const couldFold =
    held.version <= version &&
    routeOf(next.deltas, held.version, version) !== null &&
    routeOf(next.deltas, version, next.version) !== null;
  return couldFold || state.changes.length > MAX_OVERLAY_CHANGES ? null : direct();
}

function hasSameSalt(one: Manifest, other: Manifest): boolean {
  return one.salt.every((octet, at) => octet === other.salt[at]);
}

/** The manifest, the way to its edition, and what that needs. */
export class Pending {
  readonly manifest: Manifest;
  readonly #way: Way;
  readonly #slots: { readonly name: ObjectName; object: HeldObject | null }[];

  /** @throws `ERR_OBJECT_MALFORMED` when an object that is held contradicts the manifest */
  constructor(manifest: Manifest, way: Way, held: readonly HeldObject[]) {
    const deltas = way.route.deltas.map((at) => manifest.deltas[at]?.object ?? null);
    const names = [...(way.isFromBase ? manifest.objects : []), ...deltas.filter((name) => name !== null)];
    this.manifest = manifest;
    this.#way = way;
    this.#slots = names.map((name) => {
      const object = held.find((one) => isSame(one.name, name)) ?? null;
      if (object !== null) checkObject(manifest, object);
      return { name, object };
    });
  }

  get isFromBase(): boolean {
    return this.#way.isFromBase;
  }

  get isComplete(): boolean {
    return this.#slots.every(({ object }) => object !== null);
  }

  /** The objects that are here. */
  get objects(): HeldObject[] {
    return this.#slots.flatMap(({ object }) => object ?? []);
  }

  needed(): Plan["needed"] {
    const missing = this.#slots.filter(({ object }) => object === null);
    return missing.map(({ name: { kind, sha256, length } }) => ({ kind: KIND_NAMES[kind], sha256, length }));
  }

  /** Takes the bytes of an object. @throws the finding about it */
  take(bytes: Uint8Array, sha256: string | null): void {
    const isNamed = ({ name }: { name: ObjectName }) => name.length === bytes.length && name.sha256 === sha256;
    const slot = this.#slots.find(isNamed);
    if (slot === undefined) throw this.isComplete ? finding.unexpected() : finding.mismatch();
    if (slot.object !== null) return;
    const object = openObject(slot.name, bytes);
    checkObject(this.manifest, object);
    slot.object = object;
  }

  /** The state of the edition, made from the objects here and what is held. @throws `ERR_OBJECT_MALFORMED` */
  state(held: State | null): State {
    const base = this.#way.isFromBase ? new State(this.objects.filter(isBase)) : (held ?? new State([]));
    const state = this.#way.route.deltas.reduce((before, at) => before.apply(this.#delta(at)), base);
    state.check(this.manifest);
    return state;
  }

  #delta(at: number): Delta {
    const delta = this.manifest.deltas[at];
    if (delta?.carried) return delta.carried;
    const content = this.#slots.find(({ name }) => name === delta?.object)?.object?.content;
    if (content instanceof Delta) return content;
    throw finding.missing();
  }
}

function isBase({ content }: HeldObject): boolean {
  return !(content instanceof Delta);
}
