import type { Core, KeyImport } from "./core.js";
import { fromCore, optionInvalid } from "./errors.js";
import { download, type Transport } from "./fetch.js";
import { type Done, Refresher, type Surroundings } from "./refresher.js";
import type { KeySource } from "./settings.js";
import type { KeysStatus } from "./types.js";
import { UnknownKids } from "./unknown-kids.js";

/** What takes the keys. */
export interface KeyTaker extends Pick<Core, "setSecret"> {
  setKeys(jwkSet: Uint8Array, source: "public" | "trusted"): KeyImport;
}

/** The verification keys of one verifier: given once, or fetched and kept fresh. */
export class Keys {
  readonly #core: KeyTaker;
  readonly #source: KeySource;
  readonly #transport: Transport;
  readonly #surroundings: Surroundings;
  readonly #unknownKids: UnknownKids;
  readonly refresher: Refresher | null;
  #imported: KeyImport = { accepted: 0, refused: [] };
  #etag: string | null = null;
  /** The key set in force, as fetched. */
  #bytes: Uint8Array | null = null;
  #freshSeconds = DEFAULT_FRESH_SECONDS;
  /** From here on the keys are not used any more, unless a fetch succeeds before. */
  #usableUntil = Number.NEGATIVE_INFINITY;

  /** Imports given keys at once. @throws the core's failure for keys that cannot be used */
  constructor(core: KeyTaker, source: KeySource, transport: Transport, surroundings: Surroundings) {
    this.#core = core;
    this.#source = source;
    this.#transport = transport;
    this.#surroundings = surroundings;
    this.#unknownKids = new UnknownKids(surroundings.requestBound);
    this.refresher = source.kind === "jwksUri" ? this.#refresher(source) : null;
    if (source.kind !== "jwksUri") this.#import(source);
  }

  /** Whether the keys may be used: some are loaded, and they did not outlive their bound while refreshing failed. */
  usable(now: number): boolean {
    return now < this.#usableUntil;
  }

  /** Whether a token with this `kid` justifies a refetch now; counts it as one. */
  refetchFor(kid: string, now: number): boolean {
    return this.refresher !== null && (this.refresher.running || this.#unknownKids.admit(kid, now));
  }

  status(): KeysStatus {
    return {
      count: this.#imported.accepted,
      fetchedAt: this.refresher?.succeededAt ?? null,
      source: this.#source.kind,
      refused: this.#imported.refused,
    };
  }

  #refresher({ url, maxStaleSeconds }: KeySource & { kind: "jwksUri" }): Refresher {
    return new Refresher("keys", (signal) => this.#fetch(url, maxStaleSeconds, signal), this.#surroundings);
  }

  async #fetch(url: URL, maxStaleSeconds: number, signal: AbortSignal): Promise<Done> {
    const wanted = { url, maxBytes: MAX_KEY_SET_BYTES, accept: ACCEPT, etag: this.#etag };
    const fetched = await download(wanted, this.#transport, signal);
    signal.throwIfAborted();
    this.#surroundings.closing.throwIfClosed();
    if (fetched !== null) this.#replace(fetched.bytes, fetched.etag);
    if (fetched !== null) this.#freshSeconds = freshFor(fetched.cacheControl);
    this.#usableUntil = this.#surroundings.clock() + this.#freshSeconds + maxStaleSeconds;
    return { waitSeconds: this.#freshSeconds };
  }

  /**
   * Takes the new set as a whole: a key that is not in it is gone. On failure the old set stays. The very set that is
   * in force changes nothing: prepared keys and kept verdicts stay.
   */
  #replace(bytes: Uint8Array, etag: string | null): void {
    if (!areEqual(bytes, this.#bytes)) {
      this.#imported = imported(() => this.#core.setKeys(bytes, "public"));
      this.#bytes = bytes;
    }
    this.#etag = etag;
  }

  #import(source: Exclude<KeySource, { kind: "jwksUri" }>): void {
    this.#imported = imported(() => {
      if (source.kind === "jwks") return this.#core.setKeys(source.bytes, "trusted");
      this.#core.setSecret(source.secret, source.alg);
      return { accepted: 1, refused: [] };
    });
    const [defect] = this.#imported.refused;
    if (this.#imported.accepted === 0) {
      throw optionInvalid(
        `keys.${source.kind}`,
        `at least one usable key${defect ? ` (found: ${defect.reason})` : ""}`,
      );
    }
    this.#usableUntil = Number.POSITIVE_INFINITY;
  }
}

function imported(change: () => KeyImport): KeyImport {
  try {
    const { accepted, refused } = change();
    return Object.freeze({ accepted, refused: Object.freeze(refused.map((key) => Object.freeze({ ...key }))) });
  } catch (thrown) {
    throw fromCore(thrown);
  }
}

function areEqual(one: Uint8Array, other: Uint8Array | null): boolean {
  return one.length === other?.length && one.every((byte, index) => byte === other[index]);
}

/** Seconds for which a key set is fresh: its max-age (RFC 9111 §5.2.2.1) within bounds. */
function freshFor(cacheControl: string | null): number {
  if (cacheControl === null) return DEFAULT_FRESH_SECONDS;
  if (/(?:^|[\s,])no-(?:store|cache)(?:$|[\s,=])/i.test(cacheControl)) return MIN_FRESH_SECONDS;
  const maxAge = /(?:^|[\s,])max-age="?(\d{1,9})/i.exec(cacheControl)?.[1];
  if (maxAge === undefined) return DEFAULT_FRESH_SECONDS;
  return Math.min(Math.max(Number(maxAge), MIN_FRESH_SECONDS), MAX_FRESH_SECONDS);
}

/** The core's own limit for a key set (`MAX_KEY_SET_BYTES`): nothing larger is worth a download. */
const MAX_KEY_SET_BYTES = 1_048_576;

const ACCEPT = "application/jwk-set+json, application/json";

/** Without a max-age: often enough for a scheduled rotation, since an unknown `kid` refetches anyway. */
const DEFAULT_FRESH_SECONDS = 300;

/** Shorter max-ages would make every verifier a load on the issuer. */
const MIN_FRESH_SECONDS = 30;

/** Longer ones would keep a removed key alive for too long: an hour at most. */
const MAX_FRESH_SECONDS = 3_600;
