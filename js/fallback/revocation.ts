/**
 * The seam to the snapshot: what a look-up answers, and what the policy makes of it. A host without WebAssembly has no
 * snapshot reader, so no token is covered; a reader would answer here, before the policy is asked.
 */
import type { CoreRevocations } from "../core.js";
import type { Evidence } from "../types.js";
import { decodeBase64url, type Octets } from "./base64url.js";
import { Ed25519Key, type Ed25519Material } from "./ed25519.js";
import { notCovered, policyInvalid } from "./failure.js";
import { DefectiveKey } from "./key-defect.js";
import { MAX_PUBLISHER_KEYS } from "./limits.js";

/** What the policy makes of a token that no snapshot speaks about. @throws the finding when it refuses */
export function judgeRevocation(revocations: CoreRevocations | null): Evidence["revocation"] {
  if (revocations === null) return "disabled";
  if (revocations.onNotCovered !== "accept") throw notCovered("no_snapshot");
  return "not_covered";
}

/** The revocation part of a policy under the core's rules. @throws `ERR_POLICY_INVALID` */
export function checkedRevocations(given: CoreRevocations): CoreRevocations {
  const keys = given.publisherKeys.map((text) => ({ x: octetsOf(text), text }));
  const areDistinct = new Set(given.publisherKeys).size === keys.length;
  if (!areDistinct || keys.length < 1 || keys.length > MAX_PUBLISHER_KEYS || !keys.every(isSound)) {
    throw policyInvalid("publisherKeys", "1 to 8 different Ed25519 public keys");
  }
  if (!TENANT.test(given.tenant)) throw policyInvalid("tenant", "1 to 64 of a-z, 0-9 and -");
  return { ...given, publisherKeys: [...given.publisherKeys] };
}

function octetsOf(text: string): Octets {
  const octets = decodeBase64url(text);
  if (typeof octets !== "string" && octets.length === 32) return octets;
  throw policyInvalid("revocations.publisherKeys", "Ed25519 public JWKs (RFC 8037)");
}

function isSound(key: Ed25519Material): boolean {
  try {
    return new Ed25519Key(key).family === "Ed25519";
  } catch (thrown) {
    if (thrown instanceof DefectiveKey) return false;
    throw thrown;
  }
}

const TENANT = /^[a-z0-9-]{1,64}$/;
