/** Editions of which each goes on from the one before, as an authority publishes them, on the fault server. */
import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { publish } from "../../support/publisher.mjs";
import * as fault from "./fault-server.mjs";
import { importPackage } from "./package.mjs";
import { secretKey } from "./tokens.mjs";

export const ISSUER = "https://issuer.example";

/** When the first edition is signed; each one after it a second later. */
export const START = 1_800_000_000;

const { createVerifier } = await importPackage();

const issuerKey = secretKey("HS256", Buffer.alloc(32, 0x5a));

/** `edits`: `{ insert, remove }` of token ids, one for each edition. */
export function series(edits, more = {}) {
  const described = edits.map(({ insert = [], remove = [] }, at) => ({
    version: at + 1,
    issued_at: START + at,
    next_update: START + at + 60,
    max_stale_seconds: 3_600,
    insert: insert.map(entry),
    remove: remove.map(entry),
    ...more,
  }));
  const { publisherKey, editions } = publish([ISSUER], described, { is_series: true });
  const pool = new Map();
  for (const { objects } of editions) for (const [sha256, bytes] of objects) pool.set(sha256, bytes);
  return { publisherKey, editions, pool, largest: largest(pool) };
}

/** The object that a verifier which holds nothing cannot do without. */
function largest(pool) {
  return [...pool].sort(([, one], [, other]) => other.length - one.length)[0]?.[0];
}

function entry(jti) {
  return { type: "token", issuer: ISSUER, jti, expires_at: START + 3_600 };
}

/** Token ids `name-0` to `name-(count - 1)`. */
export function ids(name, count) {
  return Array.from({ length: count }, (_, at) => `${name}-${at}`);
}

export function tokenOf(jti, claims = {}) {
  return issuerKey.token({ iss: ISSUER, aud: "api", sub: "user-1", jti, iat: START, exp: START + 3_600, ...claims });
}

/** Starts a server with every object of a series, and edition `at` (from 0) as the present one. */
export async function startPublisher(published, at = 0) {
  const server = await fault.startServer();
  for (const [sha256, bytes] of published.pool) server.routes[`/r/main/objects/${sha256}`] = fault.body(bytes);
  const serve = (index) => {
    server.routes["/r/main/manifest"] = fault.tagged(published.editions[index].manifest, `"${index}"`);
  };
  serve(at);
  const objects = () => server.requests.map(({ path }) => path).filter((path) => path.includes("/objects/"));
  return { ...server, serve, objects, url: `${server.origin}/r/main` };
}

/** A verifier of a publisher whose clock is `clock.now`. */
export function follower({ url }, { publisherKey }, clock, { revocations = {}, ...options } = {}) {
  return createVerifier({
    issuer: ISSUER,
    audience: "api",
    keys: { secret: issuerKey.secret },
    revocations: { url, publisherKeys: [publisherKey], ...revocations },
    autoRefresh: false,
    deadlineSeconds: 1,
    now: () => clock.now,
    ...options,
  });
}

/** An Ed25519 key from a seed of one repeated byte; 9 is that of the program that publishes. */
export function keyOf(seed) {
  const prefix = Buffer.from("302e020100300506032b657004220420", "hex");
  const der = Buffer.concat([prefix, Buffer.alloc(32, seed)]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const jwk = createPublicKey(privateKey).export({ format: "jwk" });
  const bytes = Buffer.from(jwk.x, "base64url");
  const id = createHash("sha256").update(bytes).digest().subarray(0, 8);
  return { jwk, bytes, id, sign: (message) => sign(null, message, privateKey) };
}

/** The manifest as another publisher key would have signed it. */
export function resigned(manifest, seed) {
  const key = keyOf(seed);
  const body = Buffer.from(manifest.subarray(0, -64));
  key.id.copy(body, body.indexOf(keyOf(9).id));
  return Buffer.concat([body, key.sign(Buffer.concat([Buffer.from("rescind-manifest-v1\0"), body]))]);
}

/** A key document (docs/format.md): `links` of `{ role, number, epoch, root, publishers, signer }`, keys by seed. */
export function keyDocument(links, tenant = "main") {
  const header = Buffer.concat([Buffer.from("RSNK"), Buffer.from([1, links.length])]);
  return Buffer.concat([header, ...links.map((link) => linkBytes(link, tenant))]);
}

function linkBytes({ role = 1, number, epoch = 0, root = null, publishers, signer }, tenant) {
  const keys = publishers.map((seed) => keyOf(seed).bytes).sort(Buffer.compare);
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32LE(number, 0);
  numbers.writeUInt32LE(epoch, 4);
  const roots = root === null ? [] : [keyOf(root).bytes];
  const counts = Buffer.from([role, roots.length, keys.length]);
  const body = Buffer.concat([counts, numbers, ...roots, ...keys, keyOf(signer).id]);
  return Buffer.concat([
    body,
    keyOf(signer).sign(Buffer.concat([Buffer.from("rescind-keys-v1\0"), tagOf(tenant), body])),
  ]);
}

/** The tenant tag of the format. */
function tagOf(tenant) {
  return createHash("sha256").update(`rescind-tenant\0${tenant}`).digest().subarray(0, 16);
}

export async function eventually(holds, what = "it") {
  for (let attempt = 0; attempt < 250; attempt += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${what} did not happen within five seconds`);
}
