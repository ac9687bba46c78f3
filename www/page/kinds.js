// The five revocations of the page: what each is called, what it reaches, and the claim that decides it.

/**
 * @typedef {object} KindOfRevocation
 * @property {import("./system.js").Kind} type
 * @property {string} title
 * @property {string} reach
 * @property {(token: import("./token.js").DecodedToken) => unknown} value   two tokens with one value fall together
 */

/** @param {string} organizationClaim @returns {KindOfRevocation[]} */
export function kindsOfRevocation(organizationClaim) {
  return [
    { type: "token", title: "This token", reach: "one jti, in every copy", value: ({ claims }) => claims.jti },
    { type: "session", title: "This session", reach: "every token of one sign-in", value: ({ claims }) => claims.sid },
    {
      type: "subject",
      title: "This user, everywhere",
      reach: "all devices, all sessions",
      value: ({ claims }) => claims.sub,
    },
    {
      type: "organization",
      title: "The whole organisation",
      reach: "everyone who works there",
      value: ({ claims }) => claims[organizationClaim],
    },
    {
      type: "key",
      title: "The signing key",
      reach: "every token it ever signed; a fresh key takes over",
      value: ({ header }) => header.kid,
    },
  ];
}

/**
 * The holders whose token falls when `kind` is revoked for `token`.
 * @param {KindOfRevocation} kind
 * @param {import("./token.js").DecodedToken} token
 * @param {import("./holder.js").Holder[]} holders
 */
export function reached(kind, token, holders) {
  return holders.filter((holder) => holder.token !== null && kind.value(holder.token) === kind.value(token));
}
