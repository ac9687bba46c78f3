/**
 * Measures contenders against each other: every round runs each of them once, so that a slow phase of the machine hits
 * all. Works wherever there is a clock with microseconds.
 */

/** Nanoseconds per verification: the median over the rounds, of about `milliseconds` each. */
export async function measured(contenders, tokens, { rounds, milliseconds }) {
  const runs = [];
  for (const contender of contenders)
    runs.push({ contender, count: await calibrated(contender, tokens, milliseconds) });
  const times = runs.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, { contender, count }] of runs.entries()) times[at].push(await timed(contender, tokens, count));
  }
  return times.map(median);
}

/** The 99th percentile of single verifications in nanoseconds, taken call by call in turns. */
export async function tails(contenders, tokens, samples) {
  const times = contenders.map(() => new Float64Array(samples));
  for (let sample = 0; sample < samples; sample += 1) {
    for (const [at, contender] of contenders.entries()) {
      times[at][sample] = await timedOnce(contender, tokens[sample % tokens.length]);
    }
  }
  return times.map((own) => own.sort()[Math.floor(samples * 0.99)]);
}

export function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[sorted.length >> 1];
}

/** How many verifications take that long; found twice, since the first time is the warm-up. */
async function calibrated(contender, tokens, milliseconds) {
  await enough(contender, tokens, milliseconds);
  return enough(contender, tokens, milliseconds);
}

async function enough(contender, tokens, milliseconds) {
  for (let count = 8; ; count *= 2) {
    const nanoseconds = (await timed(contender, tokens, count)) * count;
    if (nanoseconds > (milliseconds * 1e6) / 4) {
      return Math.max(1, Math.round((count * milliseconds * 1e6) / nanoseconds));
    }
  }
}

async function timed({ sync, verify }, tokens, count) {
  const start = performance.now();
  if (sync) runSync(verify, tokens, count);
  else await runAwaited(verify, tokens, count);
  return ((performance.now() - start) * 1e6) / count;
}

async function timedOnce({ sync, verify }, token) {
  const start = performance.now();
  if (sync) verify(token);
  else await verify(token);
  return (performance.now() - start) * 1e6;
}

/** `count` verifications, one after the other. */
export function runSync(verify, tokens, count) {
  for (let at = 0; at < count; at += 1) verify(tokens[at % tokens.length]);
}

export async function runAwaited(verify, tokens, count) {
  for (let at = 0; at < count; at += 1) await verify(tokens[at % tokens.length]);
}
