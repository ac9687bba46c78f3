import type { CorePolicy, KeyImport } from "../core.js";
import type { Refusal } from "../errors.js";
import { deepFrozen } from "../frozen.js";
import type { Claims, Header } from "../types.js";
import { judgeClaims } from "./claims.js";
import { isFailure, policyInvalid } from "./failure.js";
import { requireTyp } from "./header.js";
import type { KeySource } from "./jwk.js";
import { authenticate } from "./jws.js";
import { KeySet } from "./key-set.js";
import { jsonPart } from "./part.js";
import { checkedPolicy, type Policy } from "./policy.js";
import { judgeRevocation, type RevocationEvidence } from "./revocation.js";
import { Identity } from "./snapshot/identity.js";
import { Subscription } from "./snapshot/subscription.js";
import { subtle } from "./subtle.js";

/** An accepted token, as far as the fallback knows it. */
export interface Accepted extends RevocationEvidence {
  readonly code: "ACCEPTED";
  readonly claims: Claims;
  /** Frozen: equal headers are one object. */
  readonly header: Header;
}

/**
 * The verifier for hosts without WebAssembly: the same checks in the same order with the same answers, in plain
 * JavaScript, signatures by WebCrypto, and therefore async. Holds keys and a snapshot, reads no clock, fetches nothing.
 */
export class FallbackCore {
  readonly #policy: Policy;
  /** What is held of the publisher; `null` where revocation is not checked. */
  readonly subscription: Subscription | null;
  readonly #headers = new Map<string, Header>();
  #keys = KeySet.EMPTY;

  /**
   * @throws a plain `{ code, message, details }` for a policy out of range, as the core does
   * @throws `RescindError` with `ERR_WASM_UNAVAILABLE` where `crypto.subtle` is missing too
   */
  constructor(policy: CorePolicy) {
    subtle();
    this.#policy = checkedPolicy(policy);
    const { revocations, clockToleranceSeconds } = this.#policy;
    this.subscription = revocations && new Subscription(revocations, clockToleranceSeconds);
  }

  /** Replaces the keys by a JWK Set; the old ones stay when it throws a plain `{ code, message, details }`. */
  setKeys(jwkSet: Uint8Array, source: KeySource): KeyImport {
    this.#keys = KeySet.fromJwkSet(jwkSet, source);
    return this.#keys.report();
  }

  /** Replaces the keys by one shared secret. @throws a plain `{ code, message, details }` */
  setSecret(secret: Uint8Array, alg: string): void {
    this.#keys = KeySet.fromSecret(secret.slice(), alg);
  }

  /** Whether there is a key that can verify. */
  hasKeys(): boolean {
    return !this.#keys.isEmpty;
  }

  /** The verdict on `token` at `now`, by the keys of this moment. Rejects only where `crypto.subtle` is gone. */
  async verify(token: unknown, now: number): Promise<Accepted | Refusal> {
    try {
      return await this.#judge(token, now);
    } catch (thrown) {
      if (isFailure(thrown)) return thrown;
      throw thrown;
    }
  }

  /** The recipe: token, header, key, signature, claims, revocation, in this order and no other. */
  async #judge(text: unknown, clock: number): Promise<Accepted> {
    if (!Number.isFinite(clock)) throw policyInvalid("now", "a finite number of seconds");
    // A clock that is set back revives nothing.
    const now = Math.max(clock, this.subscription?.timeFloor ?? clock);
    const { algorithms, maxTokenBytes } = this.#policy;
    const { header, payload } = await authenticate(this.#keys, text, algorithms, maxTokenBytes);
    if (this.#policy.typ !== null) requireTyp(header, this.#policy.typ);
    const claims = jsonPart(payload, "payload");
    judgeClaims(claims.members, this.#policy, now);
    const evidence = await this.#lookUp(new Identity(claims.members, header.keyId), clock);
    return { code: "ACCEPTED", claims: JSON.parse(claims.text), header: this.#header(header.text), ...evidence };
  }

  #lookUp(identity: Identity, clock: number): Promise<RevocationEvidence> {
    const { revocations: policy, issuer } = this.#policy;
    const revocations = policy && this.subscription && { policy, subscription: this.subscription };
    return judgeRevocation(revocations, issuer, identity, clock);
  }

  /** Issuers repeat the same header in every token: it is frozen and remembered. */
  #header(text: string): Header {
    const known = this.#headers.get(text);
    if (known !== undefined) return known;
    const header: Header = deepFrozen(JSON.parse(text));
    if (this.#headers.size >= MAX_REMEMBERED) this.#headers.clear();
    if (text.length <= MAX_REMEMBERED_LENGTH) this.#headers.set(text, header);
    return header;
  }
}

/** Headers remembered: a few per key in use. Characters of one: longer ones carry something of their own. */
const MAX_REMEMBERED = 64;
const MAX_REMEMBERED_LENGTH = 1_024;
