import type { Closing } from "./closing.js";
import { within } from "./deadline.js";
import { RescindError, retryAfterOf } from "./errors.js";
import { EventStream } from "./event-stream.js";
import { openStream, type Transport } from "./fetch.js";
import type { Edition } from "./part-feed.js";
import { backOff } from "./schedule.js";
import { unref } from "./ticker.js";
import type { PushStatus } from "./types.js";

/**
 * Looks at the manifest for an edition that the publisher says is there, and is believed in nothing else; answers whether
 * to look again, since caches may be behind the hint. Must not reject.
 */
export type Heed = (hint: Edition) => Promise<boolean>;

/**
 * Listens to the publisher's events while the verifier is open. Polling goes on beside it: a connection that fails, or
 * says nothing, costs speed and nothing else. Only where timers may outlive a call.
 */
export class Push {
  readonly #url: URL;
  readonly #transport: Transport;
  readonly #deadlineSeconds: number;
  readonly #closing: Closing;
  readonly #heed: Heed;
  #failures = 0;
  #heeding: Promise<void> | null = null;
  #next: Edition | null = null;
  #status: PushStatus = "off";

  constructor(url: URL, transport: Transport, deadlineSeconds: number, closing: Closing, heed: Heed) {
    this.#url = new URL("events", url);
    this.#transport = transport;
    this.#deadlineSeconds = deadlineSeconds;
    this.#closing = closing;
    this.#heed = heed;
  }

  get status(): PushStatus {
    return this.#closing.closed ? "off" : this.#status;
  }

  /** Connects, and again whenever the connection ends, until the verifier is closed. Never rejects. */
  async run(): Promise<void> {
    while (!this.#closing.closed) {
      this.#status = "connecting";
      const stream = new EventStream();
      const started = Date.now();
      const asked = await this.#listen(stream).then(() => 0, retryAfterOf);
      this.#status = "waiting";
      this.#failures = Date.now() - started < STABLE_MILLISECONDS ? this.#failures + 1 : 1;
      const least = Math.min(Math.max(asked, stream.retrySeconds ?? 0), MAX_WAIT_SECONDS);
      await this.#sleep(Math.max(backOff(this.#failures, MAX_WAIT_SECONDS), least));
    }
  }

  async #listen(stream: EventStream): Promise<void> {
    const abort = new AbortController();
    const forget = this.#closing.onClose((reason) => abort.abort(reason));
    try {
      const response = await this.#connected(abort);
      if (response.body !== null) await this.#read(response.body.getReader(), stream);
    } finally {
      forget();
      abort.abort(new RescindError("ERR_FETCH_FAILED", "the connection for events has ended"));
    }
  }

  /** The signal of the deadline must not end the body later, so the connection has one of its own. */
  async #connected(abort: AbortController): Promise<Response> {
    const opening = within(this.#deadlineSeconds, this.#closing, () =>
      openStream(this.#url, this.#transport, abort.signal),
    );
    const response = await opening;
    this.#status = "connected";
    return response;
  }

  async #read(reader: ReadableStreamDefaultReader<Uint8Array>, stream: EventStream): Promise<void> {
    for (;;) {
      const piece = await within(IDLE_SECONDS, this.#closing, () => reader.read());
      if (piece.done) return;
      for (const { data } of stream.take(piece.value)) {
        const hint = hintIn(data);
        if (hint !== null) this.#take(hint);
      }
    }
  }

  /** One at a time; of those that come meanwhile, the last. */
  #take(hint: Edition): void {
    this.#next = hint;
    this.#heeding ??= this.#heedAll().finally(() => {
      this.#heeding = null;
    });
  }

  async #heedAll(): Promise<void> {
    while (this.#next !== null && !this.#closing.closed) {
      const hint = this.#next;
      this.#next = null;
      await this.#sleep(Math.random() * SPREAD_SECONDS);
      for (const seconds of AGAIN_SECONDS) {
        if (!(await this.#heed(hint)) || this.#closing.closed) break;
        await this.#sleep(seconds);
      }
    }
  }

  /** Ends early at the close. Does not keep a process alive. */
  #sleep(seconds: number): Promise<void> {
    if (this.#closing.closed) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        forget();
        resolve();
      };
      const timer = setTimeout(end, seconds * 1000);
      const forget = this.#closing.onClose(end);
      unref(timer);
    });
  }
}

/** `{ "epoch": 1, "version": 2 }`; anything else says nothing. */
function hintIn(data: string): Edition | null {
  try {
    const { epoch, version } = JSON.parse(data);
    return isCount(epoch) && isCount(version) ? { epoch, version } : null;
  } catch {
    return null;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

/** A publisher says something at least every half minute, be it a comment: a connection that is silent is dead. */
const IDLE_SECONDS = 90;

/** Whoever has no events is asked every five minutes at most. */
const MAX_WAIT_SECONDS = 300;

/** A connection that lasted so long ended for reasons of its own. */
const STABLE_MILLISECONDS = 30_000;

/** All verifiers hear of an edition at the same moment; their requests spread over this time. */
const SPREAD_SECONDS = 0.5;

/** Waits before another look, when a cache that leaves queries out of its keys still has the manifest before. */
const AGAIN_SECONDS = [1, 2, 4];
