/** How many events fall into intervals of equal length when they come at random moments. */

/**
 * So many counts with that mean, as evenly spread over the distribution as their number allows, in an order that has no
 * trend; the same ones every time.
 */
export function poissonSample(mean, size) {
  const counts = Array.from({ length: size }, (_, at) => quantile(mean, (at + 0.5) / size));
  return counts.map((_, at) => counts[(at * STRIDE) % size]);
}

/** Has no factor in common with the sizes that are used. */
const STRIDE = 7;

/** The least count whose probability, with those of all lower ones, reaches `share`. */
function quantile(mean, share) {
  let probability = Math.exp(-mean);
  let reached = probability;
  let count = 0;
  while (reached < share) {
    count += 1;
    probability *= mean / count;
    reached += probability;
  }
  return count;
}
