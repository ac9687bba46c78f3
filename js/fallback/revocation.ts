/** What the snapshot says of a token, and what the policy makes of it (`src/snapshot/consulted.rs`, `src/verifier.rs`). */
import type { CoreRevocations, SnapshotStatus } from "../core.js";
import type { Refusal } from "../errors.js";
import type { Evidence } from "../types.js";
import { decodeBase64url, type Octets } from "./base64url.js";
import { Ed25519Key, type Ed25519Material } from "./ed25519.js";
import { notCovered, policyInvalid, revoked, snapshotStale } from "./failure.js";
import { DefectiveKey } from "./key-defect.js";
import { MAX_PUBLISHER_KEYS } from "./limits.js";
import type { Consulted } from "./snapshot/coverage.js";
import { TOKEN_NAME } from "./snapshot/dimension.js";
import { issuerTagOf } from "./snapshot/fragment.js";
import type { Identity } from "./snapshot/identity.js";
import { type Rejection, strictest } from "./snapshot/rejection.js";
import type { Subscription } from "./snapshot/subscription.js";
import { freshnessOf, validityOf } from "./snapshot/validity.js";

/** What an accepted token rests on. */
export interface RevocationEvidence {
  readonly revocation: Evidence["revocation"];
  /** Everything that was held when the token was looked up. */
  readonly snapshot: SnapshotStatus | null;
}

/** The rules about revocations, and what is held. */
export interface Revocations {
  readonly policy: CoreRevocations;
  readonly subscription: Subscription;
}

/**
 * Looks a token up and applies the policy. `clock`: the caller's; what a snapshot is judged at is never before the
 * largest signed time seen. @throws the finding when the token is refused
 */
export async function judgeRevocation(
  revocations: Revocations | null,
  issuer: string,
  identity: Identity,
  clock: number,
): Promise<RevocationEvidence> {
  if (revocations === null) return { revocation: "disabled", snapshot: null };
  const { policy, subscription } = revocations;
  const tag = issuerTagOf(issuer);
  const consulted = subscription.consult(tag, identity.subject, clock);
  const now = Math.max(clock, subscription.timeFloor);
  const gap = consulted === null ? notCovered("no_snapshot") : await gapIn(consulted, tag, identity, now);
  if (gap !== null && policy.onNotCovered !== "accept") throw gap;
  if (consulted !== null && policy.onStale !== "accept") requireFresh(consulted, now);
  return { revocation: gap === null ? "checked" : "not_covered", snapshot: consulted?.status ?? null };
}

/** Why the parts cannot say that the token is not revoked; `null` when they say so. @throws that it is revoked */
async function gapIn(consulted: Consulted, tag: Uint8Array, identity: Identity, now: number): Promise<Refusal | null> {
  const parts = partsOf(consulted);
  const [main, shard] = await Promise.all(parts.map((part) => part.find(tag, identity)));
  if (main?.isRevoked || shard?.isRevoked) throw revoked.token(TOKEN_NAME);
  const rejection = strictest([main?.rejection ?? null, shard?.rejection ?? null]);
  if (rejection !== null) throw revokedBy(rejection);
  if (main?.reason) return notCovered(main.reason);
  if (consulted.missing !== null) return notCovered("shard_not_loaded", consulted.missing);
  if (shard?.reason) return notCovered(shard.reason);
  if (freshnessOf(validityOf(parts), now) === "expired") return notCovered("expired");
  if (identity.mistyped !== null) throw identity.mistyped;
  return null;
}

function requireFresh(consulted: Consulted, now: number): void {
  const validity = validityOf(partsOf(consulted));
  if (freshnessOf(validity, now) === "stale") throw snapshotStale(now, validity.nextUpdate);
}

function partsOf({ main, shard }: Consulted) {
  return shard === null ? [main] : [main, shard];
}

function revokedBy({ live: { name, generationClaim }, least }: Rejection): Refusal {
  return generationClaim === null ? revoked.since(name, least) : revoked.generation(name, least);
}

/** The revocation part of a policy under the core's rules. @throws `ERR_POLICY_INVALID` */
export function checkedRevocations(given: CoreRevocations): CoreRevocations {
  const { rootKey = null, publisherKeys } = given;
  const keys = publisherKeys.map((text) => materialOf(text, PUBLISHER_KEYS));
  const root = rootKey === null ? null : materialOf(rootKey, ROOT_KEY);
  const areDistinct = new Set(publisherKeys).size === keys.length;
  const areSound = areDistinct && keys.length <= MAX_PUBLISHER_KEYS && keys.every(isSound);
  if (root === null && !(areSound && keys.length > 0)) throw policyInvalid(...PINS);
  if (root !== null && !(areSound && isSound(root) && !publisherKeys.includes(root.text))) throw policyInvalid(...ROOT);
  if (!TENANT.test(given.tenant)) throw policyInvalid("tenant", "1 to 64 of a-z, 0-9 and -");
  return { ...given, publisherKeys: [...publisherKeys] };
}

function materialOf(text: string, [option, expected]: readonly [string, string]): Ed25519Material {
  const x: Octets | string = decodeBase64url(text);
  if (typeof x !== "string" && x.length === 32) return { x, text };
  throw policyInvalid(option, expected);
}

function isSound(key: Ed25519Material): boolean {
  try {
    return new Ed25519Key(key).family === "Ed25519";
  } catch (thrown) {
    if (thrown instanceof DefectiveKey) return false;
    throw thrown;
  }
}

const PUBLISHER_KEYS = ["revocations.publisherKeys", "Ed25519 public JWKs (RFC 8037)"] as const;
const ROOT_KEY = ["revocations.rootKey", "an Ed25519 public JWK (RFC 8037)"] as const;
const PINS = ["publisherKeys", "1 to 8 different Ed25519 public keys"] as const;
const ROOT = ["rootKey", "an Ed25519 public key, and at most 8 other publisher keys"] as const;

const TENANT = /^[a-z0-9-]{1,64}$/;
