/** The keys of one issuer (RFC 7517 §5): each checked at import, found by `kid` and `alg`. */
import type { KeyImport } from "../core.js";
import { type Algorithm, algorithmNamed } from "./algorithm.js";
import type { Octets } from "./base64url.js";
import { key as finding, policyInvalid } from "./failure.js";
import type { Header } from "./header.js";
import { HmacKey } from "./hmac.js";
import { byCodePoints, isObject, type Json, JsonDefect, objectOf, textOf } from "./json.js";
import { type Key, type KeySource, keyOf, serves } from "./jwk.js";
import { DefectiveKey, type KeyDefect, keyDefects } from "./key-defect.js";
import { MAX_KEY_SET_BYTES, MAX_KEYS } from "./limits.js";
import { signatureHolds } from "./signature.js";

/** A key that was left out at import. */
interface RefusedKey {
  readonly keyId: string | null;
  readonly defect: KeyDefect;
}

/** Keys ready to verify. A broken member is left out and told; it does not take the rest of the set down. */
export class KeySet {
  static readonly EMPTY = new KeySet([], [], false);

  readonly #keys: readonly Key[];
  readonly #refused: readonly RefusedKey[];
  /** The only key there is, whatever `kid` a token names. */
  readonly #anyKeyId: boolean;

  private constructor(keys: readonly Key[], refused: readonly RefusedKey[], anyKeyId: boolean) {
    this.#keys = keys;
    this.#refused = refused;
    this.#anyKeyId = anyKeyId;
  }

  /** Reads a JWK Set of at most 1 MiB and 256 keys. @throws the finding about the set as a whole */
  static fromJwkSet(octets: Uint8Array, source: KeySource): KeySet {
    const keys: Key[] = [];
    const refused: RefusedKey[] = [];
    for (const member of membersOf(octets)) {
      const key = importOne(member, source);
      if ("defect" in key) refused.push(key);
      else keys.push(key);
    }
    return KeySet.#withoutDuplicates(keys, refused).#unmixed();
  }

  /** One shared secret for one HMAC algorithm. @throws the finding about it */
  static fromSecret(secret: Octets, name: string): KeySet {
    const algorithm = algorithmNamed(name);
    if (algorithm === undefined) throw policyInvalid("keys.alg", "HS256, HS384 or HS512");
    if (algorithm.family !== "hmac") throw finding.refused(keyDefects.algUnsupported);
    const prepared = secretKey(secret);
    if (!prepared?.supports(algorithm)) throw finding.refused(keyDefects.secretLength);
    return new KeySet([{ keyId: null, declared: algorithm, prepared }], [], true);
  }

  /** Whether no key can verify. */
  get isEmpty(): boolean {
    return this.#keys.length === 0;
  }

  /** How many keys can verify, and which were left out. */
  report(): KeyImport {
    const refused = this.#refused.map(({ keyId, defect }) => ({ kid: keyId, reason: defect }));
    return { accepted: this.#keys.length, refused };
  }

  /** The one key that may verify a token with this header (RFC 8725 §3.1: one key, one algorithm). @throws a finding */
  find({ keyId, algorithm }: Header, allowed: readonly Algorithm[]): Key {
    if (keyId === null) return this.#onlyCandidate(algorithm, allowed);
    const key = this.#named(keyId);
    if (!serves(key, algorithm, allowed)) throw finding.algMismatch();
    return key;
  }

  /**
   * Whether the set's only key made `signature` over `message`: for suites of primitives, which sign any octets. No
   * token is parsed and no claim is judged, so this must not decide about tokens.
   * @internal
   */
  async rawSignatureHolds(message: Octets, signature: Octets): Promise<boolean> {
    const [key, another] = this.#keys;
    if (key === undefined || key.declared === null || another !== undefined) return false;
    return signatureHolds(key.prepared, key.declared, message, signature);
  }

  #named(keyId: string): Key {
    const key = this.#keys.find((candidate) => this.#anyKeyId || candidate.keyId === keyId);
    if (key !== undefined) return key;
    const refused = this.#refused.find((candidate) => candidate.keyId === keyId);
    throw refused === undefined ? finding.notFound() : finding.refused(refused.defect);
  }

  #onlyCandidate(algorithm: Algorithm, allowed: readonly Algorithm[]): Key {
    const [key, another] = this.#keys.filter((candidate) => serves(candidate, algorithm, allowed));
    if (key === undefined) throw finding.notFound();
    if (another !== undefined) throw finding.ambiguous();
    return key;
  }

  /**
   * Two keys of one name: nobody can tell which was meant, so neither serves (RFC 7517 §4.5). A broken key counts, one
   * of a foreign type or use does not: it could never be meant here.
   */
  static #withoutDuplicates(keys: readonly Key[], refused: readonly RefusedKey[]): KeySet {
    const broken = refused.filter(({ defect }) => !FOREIGN.includes(defect));
    const names = [...broken, ...keys].map(({ keyId }) => keyId).filter((name) => name !== null);
    const twice = [...new Set(names.filter((name, at) => names.indexOf(name) !== at))].sort(byCodePoints);
    const kept = keys.filter(({ keyId }) => keyId === null || !twice.includes(keyId));
    const dropped = twice.map((keyId) => ({ keyId, defect: keyDefects.duplicateKid }));
    return new KeySet(kept, [...refused, ...dropped], false);
  }

  #unmixed(): KeySet {
    const symmetric = this.#keys.filter(({ prepared }) => prepared.family === "hmac").length;
    if (symmetric === 0 || symmetric === this.#keys.length) return this;
    throw finding.setMalformed("symmetric and public keys in one set");
  }
}

function membersOf(octets: Uint8Array): readonly Json[] {
  if (octets.length > MAX_KEY_SET_BYTES) throw finding.setTooLarge(MAX_KEY_SET_BYTES);
  const members = objectIn(octets).get("keys");
  if (!Array.isArray(members)) throw finding.setMalformed("no array named keys");
  if (members.length > MAX_KEYS) throw finding.setTooLarge(MAX_KEYS);
  return members;
}

function objectIn(octets: Uint8Array) {
  try {
    return objectOf(textOf(octets));
  } catch (thrown) {
    if (!(thrown instanceof JsonDefect)) throw thrown;
    throw finding.setMalformed(thrown.kind === "duplicate" ? "a member name stands twice" : thrown.told);
  }
}

function importOne(member: Json, source: KeySource): Key | RefusedKey {
  try {
    return keyOf(member, source);
  } catch (thrown) {
    if (!(thrown instanceof DefectiveKey)) throw thrown;
    const keyId = isObject(member) ? member.get("kid") : null;
    return { keyId: typeof keyId === "string" ? keyId : null, defect: thrown.defect };
  }
}

function secretKey(secret: Octets): HmacKey | null {
  try {
    return new HmacKey(secret);
  } catch (thrown) {
    if (thrown instanceof DefectiveKey) return null;
    throw thrown;
  }
}

const FOREIGN: readonly KeyDefect[] = [keyDefects.typeUnsupported, keyDefects.useForbids];
