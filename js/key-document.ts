import { type BoundedStore, storeFailed } from "./bounded-store.js";
import { asRescindError, fromCore, type RescindError } from "./errors.js";
import { download, type Transport } from "./fetch.js";
import type { Updatable } from "./watched.js";

/** The document by which a publisher replaces its keys: `{url}/keys`, walked by the core, kept in the store. */
export class KeyDocument {
  readonly #core: Updatable;
  readonly #url: URL;
  readonly #transport: Transport;
  readonly #store: BoundedStore | null;
  /** Whether it must be asked for before the first manifest: only a root key can replace a stolen publisher key. */
  #wanted: boolean;
  #number = 0;

  constructor(core: Updatable, url: URL, hasRoot: boolean, transport: Transport, store: BoundedStore | null) {
    this.#core = core;
    this.#url = new URL("keys", url);
    this.#wanted = hasRoot;
    this.#transport = transport;
    this.#store = store;
  }

  /** Offers the document in the store. `goOn` throws when the core must not be touched any more. */
  async restore(goOn: () => void): Promise<RescindError | null> {
    const document = (await this.#store?.get(NAME)) ?? null;
    if (document === null) return null;
    await this.#core.prepare(document);
    goOn();
    try {
      this.#offer(document);
      return null;
    } catch (thrown) {
      return storeFailed("the key document in the store is damaged", thrown);
    }
  }

  /** Fetches it once after the start, where there is a root key. A failure is told, and it is asked for again. */
  async begin(signal: AbortSignal, goOn: () => void): Promise<RescindError | null> {
    if (!this.#wanted) return null;
    try {
      return await this.renew(signal, goOn);
    } catch (thrown) {
      goOn();
      const error = asRescindError(thrown, "ERR_FETCH_FAILED", "the key document could not be fetched");
      // Nothing was replaced so far.
      if (error.details["status"] !== 404) return error;
      this.#wanted = false;
      return null;
    }
  }

  /** Fetches and offers it; answers what went wrong with keeping it. @throws the failure of either */
  async renew(signal: AbortSignal, goOn: () => void): Promise<RescindError | null> {
    const wanted = { url: this.#url, maxBytes: MAX_BYTES, accept: "application/octet-stream", etag: null };
    const document = (await download(wanted, this.#transport, signal))?.bytes ?? new Uint8Array();
    await this.#core.prepare(document);
    goOn();
    const isNew = this.#offer(document);
    this.#wanted = false;
    return isNew ? this.#keep(document) : null;
  }

  /** Whether it told newer keys. */
  #offer(document: Uint8Array): boolean {
    try {
      const number = this.#core.offerKeys(document);
      const isNew = number > this.#number;
      this.#number = number;
      return isNew;
    } catch (thrown) {
      throw fromCore(thrown);
    }
  }

  async #keep(document: Uint8Array): Promise<RescindError | null> {
    try {
      await this.#store?.set(NAME, document);
      return null;
    } catch (thrown) {
      return asRescindError(thrown, "ERR_STORE_FAILED", "the store failed to keep the key document");
    }
  }
}

const NAME = "keys";

/** A header, and 64 links with a root key and eight publisher keys each (`docs/format.md`, Key document). */
const MAX_BYTES = 6 + 64 * 371;
