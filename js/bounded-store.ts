import type { Closing } from "./closing.js";
import { within } from "./deadline.js";
import { RescindError } from "./errors.js";
import type { Store } from "./store/store.js";

/** The caller's store as the feed sees it: values of one publisher, answers checked, and none waited for for long. */
export class BoundedStore {
  readonly #store: Store;
  readonly #prefix: string;
  readonly #closing: Closing;
  readonly #seconds: number;

  /**
   * `prefix`: what sets the values of this publisher apart from those of others in the same store. `deadlineSeconds`: of
   * a refresh, of which a stuck store takes a part only.
   */
  constructor(store: Store, prefix: string, deadlineSeconds: number, closing: Closing) {
    this.#store = store;
    this.#prefix = prefix;
    this.#seconds = Math.min(STORE_SECONDS, deadlineSeconds / 5);
    this.#closing = closing;
  }

  /** @throws `ERR_STORE_FAILED` */
  async get(name: string): Promise<Uint8Array | null> {
    const value: unknown = await this.#bounded("answer", () => this.#store.get(this.#prefix + name));
    if (value === null || value === undefined) return null;
    if (value instanceof Uint8Array) return value;
    throw storeFailed("the store answered something else than bytes");
  }

  /** @throws `ERR_STORE_FAILED` */
  async set(name: string, value: Uint8Array): Promise<void> {
    await this.#bounded("keep", () => this.#store.set(this.#prefix + name, value));
  }

  /** @throws `ERR_STORE_FAILED` */
  async delete(name: string): Promise<void> {
    await this.#bounded("forget", () => this.#store.delete(this.#prefix + name));
  }

  async #bounded<T>(deed: string, action: () => Promise<T>): Promise<T> {
    try {
      return await within(this.#seconds, this.#closing, async () => action());
    } catch (cause) {
      this.#closing.throwIfClosed();
      throw storeFailed(`the store failed to ${deed}`, cause);
    }
  }
}

/** The finding about a store that fails or holds what is damaged; verification goes on without it. */
export function storeFailed(message: string, cause?: unknown): RescindError {
  return new RescindError("ERR_STORE_FAILED", message, {}, cause);
}

/** Far longer than any storage takes. */
const STORE_SECONDS = 2;
