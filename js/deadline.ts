import type { Closing } from "./closing.js";
import { RescindError } from "./errors.js";

/**
 * Runs `work` with a signal and at most `seconds` in all: slow bytes do not extend it. Ends at the deadline also when
 * the work ignores its signal. `closing` ends it early, with its reason.
 */
export async function within<T>(
  seconds: number,
  closing: Closing,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  closing.throwIfClosed();
  const inner = new AbortController();
  const forget = closing.onClose((reason) => inner.abort(reason));
  const timer = setTimeout(() => inner.abort(timeout(seconds)), seconds * 1000);
  try {
    return await Promise.race([work(inner.signal), aborted(inner.signal)]);
  } finally {
    clearTimeout(timer);
    forget();
    inner.abort(superfluous());
  }
}

/** Rejects with the signal's reason: the other half of the race. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function timeout(seconds: number): RescindError {
  return new RescindError("ERR_FETCH_TIMEOUT", `a refresh took longer than ${seconds} seconds`, { seconds });
}

/** Lets downloads that nobody waits for any more stop. */
function superfluous(): RescindError {
  return new RescindError("ERR_FETCH_FAILED", "a refresh ended before this download did");
}
