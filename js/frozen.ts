/** A JSON value that nobody can change any more. It nests no deeper than the reader's limit, so the recursion ends. */
export function deepFrozen<T extends object>(value: T): T {
  for (const name of Object.keys(value)) {
    const member = value[name as keyof T];
    if (typeof member === "object" && member !== null) deepFrozen(member);
  }
  return Object.freeze(value);
}
