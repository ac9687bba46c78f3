import type { RescindError } from "./errors.js";

/**
 * Whether a verifier was closed, told to the refreshes under way. Plain data instead of an `AbortSignal`: on workerd a
 * signal belongs to the request that made it, and the verifier outlives that request.
 */
export class Closing {
  #reason: RescindError | null = null;
  readonly #listeners = new Set<(reason: RescindError) => void>();

  get closed(): boolean {
    return this.#reason !== null;
  }

  throwIfClosed(): void {
    if (this.#reason !== null) throw this.#reason;
  }

  /** Calls `listener` at the close; the answer takes it back. */
  onClose(listener: (reason: RescindError) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(reason: RescindError): void {
    this.#reason ??= reason;
    for (const listener of this.#listeners) {
      try {
        listener(this.#reason);
      } catch {
        // workerd lets nobody abort the download of another request; it ends with that request
      }
    }
    this.#listeners.clear();
  }
}
