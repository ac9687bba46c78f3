// The page server's three routes: what runs where, sign in, revoke.

/**
 * @typedef {object} System
 * @property {string} edge         origin of the protected API
 * @property {string} authority    origin of the authority
 * @property {string} issuer
 * @property {string} audience
 * @property {string} jwksUri
 * @property {string} version      of the npm package
 * @property {string} organizationClaim
 * @property {{ url: string, publisherKeys: JsonWebKey[], pollSeconds: number }} revocations
 * @property {Account[]} accounts
 * @typedef {{ username: string, password: string, name: string, organization: string }} Account
 * @typedef {"token" | "session" | "subject" | "organization" | "key"} Kind
 */

/** A call that did not do what was asked; `message` is fit to show. */
export class SystemError extends Error {}

/** @returns {Promise<System>} */
export async function loadSystem() {
  return ask("/demo/system");
}

/** @param {Account} account @returns {Promise<string>} the access token */
export async function signIn({ username, password }) {
  const { access_token: token } = await ask("/demo/sign-in", { username, password });
  return token;
}

/**
 * Resolves when the authority has acknowledged: the revocation is on its disk.
 * @param {Kind} type @param {string} token
 */
export function revoke(type, token) {
  return ask("/demo/revocations", { type, token });
}

async function ask(path, body) {
  const request =
    body === undefined
      ? {}
      : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  let response;
  try {
    response = await fetch(path, request);
  } catch (cause) {
    throw new SystemError("The demo's page server does not answer. Is `cargo xtask demo` still running?", { cause });
  }
  const answer = await response.json();
  if (!response.ok) throw new SystemError(explain(response, answer));
  return answer;
}

function explain(response, answer) {
  if (response.status === 502)
    return "The authority does not answer. Sign-in and new revocations wait for it; checks go on without it.";
  if (response.status === 429) return "The authority asks for a pause: too many sign-ins. Try again in a few seconds.";
  return `The authority refused: ${answer.error_description ?? answer.detail ?? answer.message ?? answer.error ?? response.status}.`;
}
