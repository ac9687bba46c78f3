import { comparesGenerations, type LiveDimension } from "./dimension.js";

/** A cut-off that rejects a token: T or the least generation that lives, of a dimension. */
export interface Rejection {
  readonly live: LiveDimension;
  readonly least: number;
}

/**
 * Of several the one that is told: the largest T, of equal ones the smallest number; after every T the generation of
 * the smallest number. No order of evaluation changes it.
 */
export function strictest(rejections: readonly (Rejection | null)[]): Rejection | null {
  let found: Rejection | null = null;
  for (const rejection of rejections) {
    if (rejection !== null && (found === null || isStricter(rejection, found))) found = rejection;
  }
  return found;
}

function isStricter(one: Rejection, other: Rejection): boolean {
  const isGeneration = comparesGenerations(one.live.number);
  if (isGeneration !== comparesGenerations(other.live.number)) return !isGeneration;
  const [byLeast, byNumber] = [one.least - other.least, other.live.number - one.live.number];
  return (isGeneration ? byNumber || byLeast : byLeast || byNumber) > 0;
}
