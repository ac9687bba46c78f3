import { RescindError } from "./errors.js";

/**
 * Runs `work` with a signal and at most `seconds` in all: slow bytes do not extend it. Ends at the deadline also when
 * the work ignores its signal. `outer` ends it early, with the outer reason.
 */
export async function within<T>(
  seconds: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const inner = new AbortController();
  const close = () => inner.abort(outer.reason);
  const timer = setTimeout(() => inner.abort(timeout(seconds)), seconds * 1000);
  outer.addEventListener("abort", close, { once: true });
  try {
    outer.throwIfAborted();
    return await Promise.race([work(inner.signal), aborted(inner.signal)]);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener("abort", close);
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
