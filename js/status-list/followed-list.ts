import { fromCore, RescindError } from "../errors.js";
import { download, type Transport } from "../fetch.js";
import type { Keys } from "../keys.js";
import { type Done, Refresher, type Surroundings } from "../refresher.js";
import { keyIdOf } from "../segment.js";
import { inflate } from "./inflate.js";
import type { ReadStatusList, StatusListTaker } from "./taker.js";

/** A status list that is loaded. Times are seconds since the Unix epoch. */
export interface StatusListStatus {
  /** Its address, as tokens name it. */
  readonly uri: string;
  /** When its provider signed it (`iat`). */
  readonly issuedAt: number;
  /** From here on it says nothing: its `exp`, or the age that the options allow, with the clock tolerance. */
  readonly usableUntil: number;
  /** When it was last fetched or confirmed. */
  readonly fetchedAt: number | null;
}

/** One status list, fetched when a token first needs it and again as its provider asks. */
export class FollowedList {
  readonly uri: string;
  readonly refresher: Refresher;
  /** When a token last needed it. */
  neededAt: number;
  /** Whether nobody follows it any more: what arrives now is not held. */
  isDropped = false;
  readonly #core: StatusListTaker;
  readonly #keys: Keys;
  readonly #maxBytes: number;
  readonly #transport: Transport;
  readonly #surroundings: Surroundings;
  #etag: string | null = null;
  #held: Omit<ReadStatusList, "compressed"> | null = null;

  /** `keys`: those that sign lists. */
  constructor(
    uri: string,
    core: StatusListTaker,
    keys: Keys,
    maxBytes: number,
    transport: Transport,
    surroundings: Surroundings,
  ) {
    this.uri = uri;
    this.#core = core;
    this.#keys = keys;
    this.#maxBytes = maxBytes;
    this.#transport = transport;
    this.#surroundings = surroundings;
    this.neededAt = surroundings.clock();
    this.refresher = new Refresher("statusLists", (signal) => this.#fetch(signal), surroundings);
  }

  /** `null` while none is loaded. */
  status(): StatusListStatus | null {
    if (this.#held === null) return null;
    const { issuedAt, usableUntil } = this.#held;
    return Object.freeze({ uri: this.uri, issuedAt, usableUntil, fetchedAt: this.refresher.succeededAt });
  }

  async #fetch(signal: AbortSignal): Promise<Done> {
    const wanted = { url: new URL(this.uri), maxBytes: this.#maxBytes, accept: MEDIA_TYPE, etag: this.#etag };
    const fetched = await download(wanted, this.#transport, signal);
    this.#throwIfOver(signal);
    if (fetched !== null) await this.#take(fetched.bytes, signal);
    if (fetched !== null) this.#etag = fetched.etag;
    return { waitSeconds: this.#wait() };
  }

  async #take(token: Uint8Array, signal: AbortSignal): Promise<void> {
    const { compressed, ...held } = await this.#read(token, signal);
    const inflated = await inflate(compressed, held.maxBytes);
    this.#throwIfOver(signal);
    const { uri } = this;
    calling(() => this.#core.holdStatusList(uri, token, inflated, this.#surroundings.clock()));
    this.#held = held;
  }

  /** Judged by the core; once more with a fresh key set when its key is not in the present one. */
  async #read(token: Uint8Array, signal: AbortSignal): Promise<ReadStatusList> {
    const read = () => calling(() => this.#core.readStatusList(this.uri, token, this.#surroundings.clock()));
    try {
      if (!this.#keys.usable(this.#surroundings.clock())) await this.#keys.refresher?.run();
      return read();
    } catch (thrown) {
      if (!(thrown instanceof RescindError) || thrown.code !== "ERR_KEY_NOT_FOUND") throw thrown;
      if (!(await this.#keysRefetched(token))) throw thrown;
    }
    this.#throwIfOver(signal);
    return read();
  }

  async #keysRefetched(token: Uint8Array): Promise<boolean> {
    const { refresher } = this.#keys;
    const kid = keyIdOf(ascii.decode(token));
    if (refresher === null || !this.#keys.refetchFor(kid, this.#surroundings.clock())) return false;
    await refresher.run();
    return true;
  }

  /** Seconds until the next look: the provider's `ttl`, and in time before the list ends. */
  #wait(): number {
    const { ttlSeconds = null, usableUntil } = this.#held ?? { usableUntil: Number.NEGATIVE_INFINITY };
    const left = usableUntil - this.#surroundings.clock();
    if (left <= 0) throw this.#expired(usableUntil);
    return Math.max(Math.min(ttlSeconds ?? DEFAULT_TTL_SECONDS, MAX_TTL_SECONDS, left * BEFORE_END), MIN_TTL_SECONDS);
  }

  /** The server says that nothing changed, and what is held has ended: the next request asks for it whole. */
  #expired(expiredAt: number): RescindError {
    this.#etag = null;
    const { uri } = this;
    const now = Math.floor(this.#surroundings.clock());
    const message = `the status list expired at ${expiredAt}, the time is ${now}`;
    return new RescindError("ERR_STATUS_LIST_EXPIRED", message, { uri, now, expiredAt });
  }

  #throwIfOver(signal: AbortSignal): void {
    signal.throwIfAborted();
    this.#surroundings.closing.throwIfClosed();
    if (this.isDropped)
      throw new RescindError("ERR_FETCH_FAILED", "a list that is needed more came in place of this one");
  }
}

function calling<T>(core: () => T): T {
  try {
    return core();
  } catch (thrown) {
    throw fromCore(thrown);
  }
}

const ascii = new TextDecoder();

const MEDIA_TYPE = "application/statuslist+jwt";

/** Without a `ttl`: as often as a key set. */
const DEFAULT_TTL_SECONDS = 300;

/** A `ttl` of a second is obeyed; less gains nothing. */
const MIN_TTL_SECONDS = 1;

/** A longer `ttl` would keep a revoked token alive for too long: a day at most. */
const MAX_TTL_SECONDS = 86_400;

/** The part of the time left after which the next list is fetched. */
const BEFORE_END = 0.75;
