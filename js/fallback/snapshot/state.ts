import { objectMalformed } from "../failure.js";
import { CutOffs } from "./cut-offs.js";
import { Delta } from "./delta.js";
import { comparesGenerations } from "./dimension.js";
import { literalKey } from "./literals.js";
import { type Manifest, requireNamed } from "./manifest.js";
import { type HeldObject, isSame, type ObjectName } from "./object.js";
import { TokenSet } from "./token-set.js";

/** What an edition says: a base, and the changes since it was written. Immutable. */
export class State {
  /** The base, in the order of the manifest. */
  readonly objects: readonly HeldObject[];
  readonly changes: Delta;
  readonly #tokens: TokenSet | null;
  readonly #cutOffs: CutOffs | null;

  constructor(objects: readonly HeldObject[], changes = Delta.NONE) {
    const contents = objects.map(({ content }) => content);
    this.objects = objects;
    this.changes = changes;
    this.#tokens = contents.find((content) => content instanceof TokenSet) ?? null;
    this.#cutOffs = contents.find((content) => content instanceof CutOffs) ?? null;
  }

  isBasedOn(names: readonly ObjectName[]): boolean {
    const same = ({ name }: HeldObject, at: number) => names[at] !== undefined && isSame(name, names[at]);
    return this.objects.length === names.length && this.objects.every(same);
  }

  get hasTokens(): boolean {
    return this.#tokens !== null;
  }

  get hasCutOffs(): boolean {
    return this.#cutOffs !== null;
  }

  hasToken(fragment: bigint, expiresAt: number): boolean {
    return this.#tokens?.contains(this.changes.tokens, fragment, expiresAt) ?? false;
  }

  /** T of a hashed value. */
  cutOff(dimension: number, fragment: bigint): number | null {
    return this.#cutOffs?.find(this.changes.cutOffs, dimension, fragment) ?? null;
  }

  /** T of a literal value. */
  literalCutOff(dimension: number, issuerTag: string, value: string): number | null {
    const key = literalKey(dimension, issuerTag, value);
    const changed = this.changes.literals.find(key);
    return changed === undefined ? (this.#cutOffs?.findLiteral(key) ?? null) : changed;
  }

  /** The state after one more delta. @throws `ERR_OBJECT_MALFORMED` for one of another universe */
  apply(delta: Delta): State {
    for (const [changes, base] of [
      [delta.tokens, this.#tokens],
      [delta.cutOffs, this.#cutOffs],
    ] as const) {
      const fits = changes.length === 0 || base?.quotients === changes.quotients;
      if (!fits) throw objectMalformed("delta of another universe");
    }
    return new State(this.objects, this.changes.and(delta));
  }

  /** What the manifest says about the state, where it is made from the manifest's own base. @throws the finding */
  check(manifest: Manifest): void {
    if (!this.isBasedOn(manifest.objects)) return;
    requireNamed(manifest, this.#changedDimensions(manifest.base.cutBefore));
    const entries = (this.#tokens?.entries ?? 0) + (this.#cutOffs?.entries ?? 0);
    if (this.changes.length === 0 && entries !== manifest.base.entries) {
      throw objectMalformed("entry count differs from the manifest's");
    }
  }

  /** The dimensions with a value set since the base that a base of the manifest would keep. */
  #changedDimensions(cutBefore: number): number[] {
    const { positions, values } = this.changes.cutOffs.set;
    const hashed = new Set<number>();
    for (const [at, quotient] of positions.quotients.entries()) {
      const dimension = this.#cutOffs?.dimensionAt(quotient) ?? null;
      if (dimension === null) continue;
      if (comparesGenerations(dimension) || (values[at] ?? 0) >= cutBefore) hashed.add(dimension);
    }
    return [...hashed, ...this.changes.literals.dimensions(cutBefore)];
  }
}
