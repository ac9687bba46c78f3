import { ISSUER, isHashed, type LiveDimension, TOKEN } from "./dimension.js";
import { fragmentOf, type Salted } from "./fragment.js";
import { hex } from "./hex.js";
import type { Identity } from "./identity.js";
import type { Manifest } from "./manifest.js";
import { type Rejection, strictest } from "./rejection.js";
import type { State } from "./state.js";
import { valuesOf } from "./values.js";

/** What one edition says about one token. */
export interface Findings {
  /** As a single token. */
  readonly isRevoked: boolean;
  /** By the strictest of the cut-offs that apply. */
  readonly rejection: Rejection | null;
  /** Why it cannot say that the token is not revoked. */
  readonly reason: "issuer_not_enrolled" | "too_many_values" | null;
}

/** One complete, verified edition of one part of what is revoked. Immutable. */
export class Snapshot {
  readonly manifest: Manifest;
  readonly state: State;

  constructor(manifest: Manifest, state: State) {
    this.manifest = manifest;
    this.state = state;
  }

  /** Its size: manifest, base and changes since, in bytes. */
  get bytes(): number {
    const { objects, changes } = this.state;
    return objects.reduce((sum, { name }) => sum + name.length, this.manifest.length + changes.length * CHANGE_BYTES);
  }

  /** Looks a token up. Everything is read from the token before the first hash is awaited. */
  async find(issuerTag: Uint8Array, identity: Identity): Promise<Findings> {
    if (!this.manifest.issuers.includes(hex(issuerTag))) return NOT_ENROLLED;
    const salted = { salt: this.manifest.salt, issuerTag };
    const looked = this.manifest.dimensions.map((live) => this.#rejection(salted, live, identity));
    const [isRevoked, ...rejections] = await Promise.all([this.#isRevoked(salted, identity), ...looked]);
    return {
      isRevoked,
      rejection: strictest(rejections.filter((rejection) => rejection !== "too_many_values")),
      reason: rejections.includes("too_many_values") ? "too_many_values" : null,
    };
  }

  async #isRevoked(salted: Salted, { tokenId, expiresAt }: Identity): Promise<boolean> {
    if (tokenId === null || !this.state.hasTokens) return false;
    return this.state.hasToken(await fragmentOf(salted, TOKEN, encoder.encode(tokenId)), expiresAt);
  }

  /** The largest T, or least generation, of the token's values that reject it. */
  async #rejection(
    salted: Salted,
    live: LiveDimension,
    identity: Identity,
  ): Promise<Rejection | "too_many_values" | null> {
    if (!isHashed(live.number)) return rejectionBy(live, identity, [this.#literal(salted, live, identity)]);
    const values = valuesOf(live, identity);
    if (values === null) return "too_many_values";
    if (!this.state.hasCutOffs) return null;
    const found = values.map(async (value) =>
      this.state.cutOff(live.number, await fragmentOf(salted, live.number, value)),
    );
    return rejectionBy(live, identity, await Promise.all(found));
  }

  /** The issuer's record has no value: the issuer is part of every key. */
  #literal({ issuerTag }: Salted, { number }: LiveDimension, { keyId }: Identity): number | null {
    const value = number === ISSUER ? "" : keyId;
    return value === null ? null : this.state.literalCutOff(number, hex(issuerTag), value);
  }
}

function rejectionBy(live: LiveDimension, identity: Identity, found: readonly (number | null)[]): Rejection | null {
  const rejecting = found.filter((least) => least !== null && rejects(live, identity, least));
  return rejecting.length === 0 ? null : { live, least: Math.max(...rejecting.map(Number)) };
}

/** What cannot be compared is rejected. */
function rejects({ generationClaim }: LiveDimension, identity: Identity, least: number): boolean {
  const value = generationClaim === null ? identity.issuedAt : identity.integer(generationClaim);
  return value === null || value < least;
}

/** A position and its value in memory, as the core counts them. */
const CHANGE_BYTES = 16;

const NOT_ENROLLED: Findings = { isRevoked: false, rejection: null, reason: "issuer_not_enrolled" };

const encoder = new TextEncoder();
