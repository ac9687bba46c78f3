/**
 * Calls `action` when a page is seen again or its network comes back: its timers may have slept for hours. The answer
 * takes it back. Elsewhere nothing ever happens.
 */
export function onWake(action: () => void): () => void {
  if (!("document" in globalThis)) return () => {};
  const seen = () => {
    if (document.visibilityState === "visible") action();
  };
  document.addEventListener("visibilitychange", seen);
  globalThis.addEventListener("online", action);
  return () => {
    document.removeEventListener("visibilitychange", seen);
    globalThis.removeEventListener("online", action);
  };
}
