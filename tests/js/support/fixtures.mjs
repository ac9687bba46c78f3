/** What the suite works on: keys, tokens and genuine snapshots of real authorities, as JSON for any runtime. */
import { capture, published, startAuthority } from "./authority.mjs";
import { statusListFixture } from "./status-lists.mjs";
import { ASYMMETRIC, keyPair, publisherKey, SYMMETRIC, secretKey } from "./tokens.mjs";

const ISSUER = "https://issuer.example";

/** Where the suite finds the snapshots in its network. */
const ADDRESS = "https://auth.example/r/main";

export async function makeFixtures() {
  const now = Math.floor(Date.now() / 1000);
  const pairs = ASYMMETRIC.map((alg) => keyPair(alg));
  const claims = { iss: ISSUER, aud: ["api"], sub: "user-1", jti: "token-1", iat: now, exp: now + 7_200 };
  const es256 = pairs.find(({ alg }) => alg === "ES256");
  return {
    issuer: ISSUER,
    now,
    jwks: { keys: pairs.map(({ jwk }) => jwk) },
    tokens: pairs.map(({ alg, kid, token }) => ({ alg, kid, claims, token: token(claims, { typ: "at+jwt" }) })),
    secrets: SYMMETRIC.map((alg) => secretFixture(alg, claims)),
    unknownKids: Array.from({ length: 50 }, (_, index) => es256.token(claims, { kid: `unknown-${index}` })),
    pollution: pollution(es256, claims),
    publisherKeys: [publisherKey()],
    revocation: await revocationFixture(now),
    statusLists: statusListFixture(ISSUER, now),
  };
}

/**
 * Tokens of which each is revoked by one dimension, and three editions of one publisher: `empty` (nothing revoked),
 * `second` (somebody else is) and `revoked` (all of those tokens are). The rest must not be taken for any of them.
 */
async function revocationFixture(now) {
  const keys = [keyPair("ES256", "current"), keyPair("ES256", "stolen")];
  const innocent = { ...base(now), jti: "innocent" };
  const victims = victimsOf(now);
  const main = await startAuthority({ issuer: ISSUER });
  const others = await Promise.all([
    startAuthority({ issuer: ISSUER, publisher: main }),
    startAuthority({ issuer: ISSUER, publisher: main, tenant: "other" }),
    startAuthority({ issuer: ISSUER }),
    startAuthority({ issuer: "https://elsewhere.example", publisher: main }),
  ]);
  try {
    const empty = await capture(main, ADDRESS);
    const second = await twin(main);
    let last;
    for (const { target } of victims) last = await main.revoke(target);
    const [sameEdition, otherTenant, otherKey, otherIssuer] = await Promise.all(others.map(twin));
    return {
      address: ADDRESS,
      claimTimes: { iat: innocent.iat, exp: innocent.exp },
      publisherKey: main.publisherKey,
      jwks: { keys: keys.map(({ jwk }) => jwk) },
      innocent: keys[0].token(innocent),
      expired: keys[0].token({ ...innocent, iat: now - 1_000, exp: now - 100 }),
      victims: victims.map((victim) => ({ dimension: victim.dimension, token: victimToken(keys, victim) })),
      snapshots: {
        empty,
        second,
        revoked: await published(main, last.snapshot, ADDRESS),
        sameEdition,
        otherTenant,
        otherKey,
        otherIssuer,
      },
    };
  } finally {
    await Promise.all([main, ...others].map(({ stop }) => stop()));
  }
}

/** One of every kind of revocation, and the claims of a token that only this one hits. */
function victimsOf(now) {
  const victim = (dimension, target, claims, key = 0) => ({
    dimension,
    target,
    claims: { ...base(now), ...claims },
    key,
  });
  return [
    victim("token", { type: "token", jti: "stolen", expires_at: now + 7_200 }, { jti: "stolen" }),
    victim("token", { type: "token", jti: "stolen-too" }, { jti: "stolen-too" }),
    victim("subject", { type: "subject", value: "mallory" }, { sub: "mallory" }),
    victim("session", { type: "session", value: "session-9" }, { sid: "session-9" }),
    victim("client", { type: "client", value: "client-9" }, { client_id: "client-9" }),
    victim("client", { type: "client", value: "client-8" }, { azp: "client-8", client_id: undefined }),
    victim("organization", { type: "organization", value: "org-9" }, { org_id: "org-9" }),
    victim("key", { type: "key", value: "stolen" }, {}, 1),
  ];
}

function base(now) {
  const own = { sub: "user-1", jti: "token-1", sid: "session-1", client_id: "client-1", org_id: "org-1" };
  return { iss: ISSUER, aud: "api", iat: now - 60, exp: now + 7_200, ...own };
}

function victimToken(keys, { claims, key }) {
  return keys[key].token(claims);
}

/** The second edition of an authority that revoked something of its own. */
async function twin(authority) {
  const { snapshot } = await authority.revoke({ type: "subject", value: "somebody-else" });
  return published(authority, snapshot, ADDRESS);
}

function secretFixture(alg, claims) {
  const key = secretKey(alg);
  return { alg, secret: key.secret.toString("base64"), token: key.token(claims) };
}

function pollution({ token }, claims) {
  const hostile = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},';
  return token(JSON.stringify(claims).replace("{", hostile));
}
