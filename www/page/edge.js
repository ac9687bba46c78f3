// One call of the protected API, and what came of it.

const DEADLINE_MS = 5_000;

/**
 * @typedef {object} EdgeAnswer
 * @property {"ok" | "bad" | "lost"} outcome   200, a refusal, or no answer that counts
 * @property {number} status         HTTP status, 0 when none arrived
 * @property {string} code           "ACCEPTED" or the stable code of the refusal
 * @property {string} message
 * @property {object | null} snapshot   what the edge judged by
 * @property {string | null} challenge   the WWW-Authenticate header of a 401
 * @property {object | null} body      what the caller gets, without the evidence
 * @property {number} at             performance.now() when the answer was in
 * @property {number} milliseconds   round trip
 */

/** @param {string} origin @param {string} token @returns {Promise<EdgeAnswer>} */
export async function callEdge(origin, token) {
  const started = performance.now();
  try {
    const response = await fetch(`${origin}/api/orders`, {
      headers: { Authorization: `Bearer ${token}` },
      cache: "no-store",
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    const body = await response.json();
    return { ...read(response, body), ...clock(started) };
  } catch {
    return {
      outcome: "lost",
      status: 0,
      code: "NO_ANSWER",
      message: "the edge does not answer",
      snapshot: null,
      challenge: null,
      body: null,
      ...clock(started),
    };
  }
}

/** Whether the worker answers at all. @param {string} origin */
export async function edgeAnswers(origin) {
  try {
    return (await fetch(`${origin}/api/status`, { cache: "no-store", signal: AbortSignal.timeout(DEADLINE_MS) })).ok;
  } catch {
    return false;
  }
}

function read({ status, headers }, { orders, verdict, snapshot = null, ...refusal }) {
  const challenge = headers.get("WWW-Authenticate");
  if (status === 200)
    return {
      outcome: "ok",
      status,
      code: verdict.code,
      message: "",
      snapshot: verdict.evidence.snapshot,
      challenge,
      body: { orders },
    };
  return { outcome: status === 401 ? "bad" : "lost", status, ...refusal, snapshot, challenge, body: refusal };
}

function clock(started) {
  const at = performance.now();
  return { at, milliseconds: at - started };
}
