/** Tokens with a place in a status list, and Status List Tokens good and bad, each named after its defect. */
import { deflateRawSync, deflateSync } from "node:zlib";
import { keyPair } from "./tokens.mjs";

const URI = "https://status.example/lists/1";

/** Two bits a token: 0 VALID, 1 INVALID, 2 SUSPENDED, 3 the application's own; then VALID up to index 15. */
const STATUSES = Uint8Array.of(0b11_10_01_00, 0, 0, 0);

export function statusListFixture(issuer, now) {
  const key = keyPair("ES256", "tokens");
  const listKey = keyPair("EdDSA", "lists");
  return {
    uri: URI,
    jwks: { keys: [key.jwk] },
    listJwks: { keys: [listKey.jwk] },
    tokens: tokensOf(key, issuer, now),
    lists: { ...listsOf(key, issuer, now), ownKey: listToken(listKey, claimsOf(now)) },
  };
}

function tokensOf(key, issuer, now) {
  const token = (status) => key.token({ iss: issuer, aud: "api", iat: now - 60, exp: now + 7_200, status });
  const at = (idx, uri = URI) => token({ status_list: { idx, uri } });
  return {
    valid: at(0),
    invalid: at(1),
    suspended: at(2),
    application: at(3),
    alsoValid: at(15),
    outOfRange: at(16),
    elsewhere: at(0, "https://status.example.evil/lists/1"),
    another: Array.from({ length: 4 }, (_, number) => at(0, `${URI}/${number}`)),
    without: token(undefined),
    otherMechanism: token({ identifier_list: { id: "1", uri: URI } }),
    expired: key.token({ iss: issuer, aud: "api", exp: now - 600, status: { status_list: { idx: 0, uri: URI } } }),
  };
}

function listsOf(key, issuer, now) {
  const list = (change = {}, header = {}) => listToken(key, { ...claimsOf(now), ...change }, header);
  const packed = (bytes) => ({ status_list: { bits: 2, lst: bytes.toString("base64url") } });
  const good = deflateSync(STATUSES);
  return {
    good: list({ iss: issuer }),
    /** The valid token is revoked. */
    later: list({ iat: now + 60, exp: now + 900, ...packed(deflateSync(Uint8Array.of(1, 0, 0, 0))) }),
    older: list({ iat: now - 120 }),
    withoutTtl: list({ ttl: undefined }),
    withoutExp: list({ exp: undefined }),
    others: Array.from({ length: 4 }, (_, number) => list({ sub: `${URI}/${number}` })),
    bad: {
      ERR_HEADER_TYP: [list({}, { typ: "JWT" })],
      ERR_SIGNATURE_INVALID: [forged(list())],
      ERR_KEY_NOT_FOUND: [listToken(keyPair("ES256", "unknown"), claimsOf(now))],
      ERR_STATUS_LIST_SUBJECT: [list({ sub: "https://status.example/lists/2" })],
      ERR_CLAIM_ISSUER: [list({ iss: "https://other.example" })],
      ERR_CLAIM_MISSING: [list({ iat: undefined })],
      ERR_CLAIM_ISSUED_IN_FUTURE: [list({ iat: now + 60 })],
      ERR_STATUS_LIST_EXPIRED: [list({ exp: now - 10 })],
      ERR_TOKEN_DUPLICATE_MEMBER: [twice(key, now)],
      ERR_STATUS_LIST_TOO_LARGE: [list(packed(deflateSync(new Uint8Array(64 << 20), { level: 9 })))],
      ERR_STATUS_LIST_MALFORMED: [
        list({ status_list: { bits: 3, lst: good.toString("base64url") } }),
        list(packed(good.subarray(0, good.length - 6))),
        list(packed(Buffer.concat([good, Buffer.alloc(8)]))),
        list(packed(deflateRawSync(STATUSES))),
        list(packed(checksumFlipped(good))),
        list({ status_list: { bits: 2, lst: `${good.toString("base64url")}=` } }),
        list({ status_list: { bits: 2, lst: "" } }),
      ],
    },
  };
}

function claimsOf(now) {
  const status_list = { bits: 2, lst: deflateSync(STATUSES).toString("base64url") };
  return { sub: URI, iat: now, exp: now + 600, ttl: 60, status_list };
}

function listToken(key, claims, header = {}) {
  return key.token(claims, { typ: "statuslist+jwt", ...header });
}

function twice(key, now) {
  const claims = JSON.stringify(claimsOf(now));
  return key.token(claims.replace("{", `{"iat":${now},`), { typ: "statuslist+jwt" });
}

function forged(token) {
  const [header, payload] = token.split(".");
  return `${header}.${payload}.${Buffer.alloc(64, 1).toString("base64url")}`;
}

function checksumFlipped(bytes) {
  const copy = Buffer.from(bytes);
  copy[copy.length - 1] ^= 1;
  return copy;
}
