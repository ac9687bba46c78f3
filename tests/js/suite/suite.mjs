/**
 * The suite that every runtime runs: it gets the package as a parameter and touches nothing of its host. A case is a
 * sentence and a function; a failure is an exception.
 */
import { cacheCases } from "./cache.mjs";
import { keyCases } from "./keys.mjs";
import { optionCases } from "./options.mjs";
import { rsaCases } from "./rsa.mjs";
import { snapshotCases } from "./snapshot.mjs";
import { statusListCases } from "./status_lists.mjs";
import { storeCases } from "./stores.mjs";
import { tokenCases } from "./tokens.mjs";

export const cases = {
  ...tokenCases,
  ...optionCases,
  ...keyCases,
  ...snapshotCases,
  ...storeCases,
  ...statusListCases,
  ...cacheCases,
  ...rsaCases,
};

/** Runs one case with a fresh clock; verifiers made through the kit are closed at its end. */
export async function runCase(name, rescind, host, fixtures) {
  const clock = { now: fixtures.now };
  const made = [];
  const verifier = async (options) => {
    const subject = await rescind.createVerifier({ ...defaults(fixtures, clock), ...storeless(options), ...options });
    made.push(subject);
    return subject;
  };
  try {
    await cases[name]({ ...rescind, ...host, fixtures, clock, verifier });
  } finally {
    for (const subject of made) subject.close();
  }
}

/** Cases share a page or an isolate, but no store unless they say so. */
function storeless({ revocations = null }) {
  return revocations === null ? {} : { store: null };
}

function defaults({ issuer }, clock) {
  return { issuer, audience: "api", revocations: null, autoRefresh: false, now: () => clock.now };
}
