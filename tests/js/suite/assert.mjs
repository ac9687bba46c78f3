/** A few assertions that need no runtime's own module. */

export function equal(actual, expected, what = "value") {
  const [one, other] = [text(actual), text(expected)];
  if (one !== other) throw new Error(`${what}: expected ${other}, found ${one}`);
}

export function truthy(value, what) {
  if (!value) throw new Error(`expected ${what}`);
}

/** The code with which a promise rejects. */
export async function rejection(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("expected a rejection, found a result");
}

/** The error that a function throws. */
export function thrown(action) {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("expected an error, found a result");
}

/** JSON with sorted members, so that the order in which they were written does not matter. */
function text(value) {
  return JSON.stringify(value, (_, member) => {
    if (member === undefined) return "(undefined)";
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}
