// The two calls the demo makes to the authority on the user's behalf: sign in, and revoke with the admin API key.

const DEADLINE_MS = 5_000;

/** The kinds of revocation on the page, each with where its value stands in a token. */
export const KINDS = {
  token: (token) => ({ type: "token", token: token.text }),
  session: (token) => ({ type: "session", value: token.claims.sid }),
  subject: (token) => ({ type: "subject", value: token.claims.sub }),
  organization: (token, organizationClaim) => ({ type: "organization", value: token.claims[organizationClaim] }),
  key: (token) => ({ type: "key", value: token.header.kid }),
};

export class AuthorityClient {
  #origin;
  #apiKey;
  #organizationClaim;

  /** @param {{ origin: string, apiKey: string, organizationClaim: string }} options */
  constructor({ origin, apiKey, organizationClaim }) {
    this.#origin = origin;
    this.#apiKey = apiKey;
    this.#organizationClaim = organizationClaim;
  }

  /** @param {{ username: string, password: string }} credentials */
  signIn({ username, password }) {
    return this.#post("/login", { username: String(username), password: String(password) });
  }

  /**
   * Revokes what `type` names in this token. The milliseconds are those of the authority's answer alone.
   * @param {{ type: string, token: string }} request
   */
  async revoke({ type, token }) {
    const decoded = decode(token);
    if (!Object.hasOwn(KINDS, type) || decoded === null) return refused("name a kind and a token");
    const target = KINDS[type](decoded, this.#organizationClaim);
    const started = performance.now();
    const answer = await this.#post(
      "/admin/v1/revocations",
      { target, reason: "demo" },
      { Authorization: `Bearer ${this.#apiKey}` },
    );
    return { ...answer, body: { ...answer.body, milliseconds: performance.now() - started } };
  }

  async #post(path, body, headers = {}) {
    try {
      const response = await fetch(this.#origin + path, {
        method: "POST",
        headers: { "Content-Type": "application/json", ...headers },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      return { status: response.status, body: await response.json() };
    } catch {
      return { status: 502, body: { code: "AUTHORITY_UNREACHABLE", message: "the authority does not answer" } };
    }
  }
}

/** Header and claims of a token we were handed; the authority is the one that judges it. */
function decode(text) {
  if (typeof text !== "string") return null;
  try {
    const [header, claims] = text
      .split(".", 2)
      .map((part) => JSON.parse(Buffer.from(part, "base64url").toString("utf8")));
    return { text, header, claims };
  } catch {
    return null;
  }
}

const refused = (message) => ({ status: 400, body: { code: "BAD_REQUEST", message } });
