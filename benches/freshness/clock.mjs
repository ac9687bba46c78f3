/** Milliseconds of a clock that never jumps and is one for all processes of a machine. */
export function now() {
  return Number(process.hrtime.bigint()) / 1e6;
}

export function sleepUntil(time) {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, time - now())));
}
