/**
 * Writes the inputs that fuzzing starts from into a folder for each target: the attack corpus, genuine snapshots, and
 * what of the public vectors is there.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tokenOf } from "../tests/js/vectors/profile.mjs";
import { publish } from "../tests/support/publisher.mjs";

const ISSUER = "https://issuer.example";

const NOW = 1_800_000_000;

/** Longer ones would only slow the fuzzer down. */
const MAX_TOKEN_CHARACTERS = 4_096;

const [folder] = process.argv.slice(2);
const vectors = process.env.RESCIND_VECTORS ?? "";
const corpus = JSON.parse(readFileSync(new URL("../tests/vectors/jwt_attack_corpus.json", import.meta.url), "utf8"));

/** Whole tokens, and header and payload to be signed, a line break between them. */
function tokenSeeds() {
  const goJose = vectorJson("fuzz-seeds/go-jose-seeds.json")?.seeds ?? [];
  const tokens = [...corpus.cases.map(tokenOf), ...goJose].filter(({ length }) => length < MAX_TOKEN_CHARACTERS);
  const parts = tokens.map((token) => token.split(".").map((part) => Buffer.from(part, "base64url")));
  const signable = parts.filter(({ length }) => length === 3);
  return [
    ...tokens,
    ...signable.map(([header, payload]) => Buffer.concat([header, Buffer.from("\n"), payload])),
    ...signable.map(([, payload]) => Buffer.concat([Buffer.from('{"alg":"HS256"}\n'), payload])),
    `{"alg":"HS256","kid":"a"}\n${JSON.stringify(CLAIMS)}`,
  ];
}

function keySetSeeds() {
  const own = corpus.cases.map(({ jwks }) => jwks).filter((jwks) => jwks !== undefined);
  const singles = corpus.jwks.main.keys.map((key) => ({ keys: [key] }));
  const groups = vectorJson("wycheproof/json_web_key_test.json")?.testGroups ?? [];
  const wycheproof = groups.flatMap((group) => [group.public, group.private]).filter((set) => set !== undefined);
  return [corpus.jwks.main, ...own, ...singles, ...wycheproof].map((set) => JSON.stringify(set));
}

/** JSON texts as they are, and as a member of an object, since a claims set is one. */
function jsonSeeds() {
  const names = vectorNames("json/test_parsing");
  const texts = names.map((name) => readFileSync(join(vectors, "json/test_parsing", name)));
  const short = texts.filter(({ length }) => length < MAX_TOKEN_CHARACTERS);
  const member = (text) => Buffer.concat([Buffer.from('{"a":'), text, Buffer.from("}")]);
  return [JSON.stringify(CLAIMS), ...short, ...short.map(member)];
}

/** By the first byte: a whole manifest, a body to be signed, objects to be named, a delta to be carried (see the target). */
function updateSeeds() {
  return [...baseSeeds(), ...deltaSeeds()];
}

function baseSeeds() {
  const editions = ENTRIES.map((entries) => ({ version: 2, issued_at: NOW - 10, next_update: NOW + 100, entries }));
  const published = publish([ISSUER], editions, { tenant: "fuzz" }).editions;
  return published.flatMap(({ manifest, objects }) => {
    const byKind = (kind) => [...objects.values()].find((object) => object[5] === kind) ?? Buffer.alloc(0);
    const [tokens, cutOffs] = [byKind(1), byKind(2)];
    const length = Buffer.from([tokens.length & 0xff, tokens.length >> 8]);
    const masks = cutOffs.length === 0 ? [0] : [0b0111_1110, 0b0000_1000, 0b0000_0010];
    return [
      Buffer.concat([Buffer.from([0]), manifest]),
      Buffer.concat([Buffer.from([1]), manifest.subarray(0, -64)]),
      ...masks.map((mask) => Buffer.concat([Buffer.from([2, mask]), length, tokens, cutOffs])),
    ];
  });
}

/** Deltas, as objects and as manifests carry them, and the manifests of a series. */
function deltaSeeds() {
  const published = series();
  return [
    ...deltasOf(published).map((delta) => Buffer.concat([Buffer.from([3]), delta])),
    ...published.map(({ manifest }) => Buffer.concat([Buffer.from([0]), manifest])),
    ...published.map(({ manifest }) => Buffer.concat([Buffer.from([1]), manifest.subarray(0, -64)])),
  ];
}

/** By the first byte: whole objects, and their counts without the quotients, which the target puts in (see there). */
function framedSeeds() {
  const deltas = deltasOf(series()).filter(({ length }) => length > 0);
  return [
    ...deltas.map((delta) => Buffer.concat([Buffer.from([0]), delta])),
    ...deltas.map((delta) => {
      const [[, a1, r1, , a2, r2, a3, r3], rest] = countsOf(delta);
      return Buffer.concat([Buffer.from([1, a1, r1, a2, r2, a3, r3]), rest]);
    }),
  ];
}

function series() {
  const editions = Array.from({ length: 24 }, (_, at) => ({
    version: at + 1,
    issued_at: NOW - 10,
    next_update: NOW + 100,
    insert: at === 0 ? ENTRIES[1] : Array.from({ length: 20 }, (_, other) => token(`${at}-${other}`, NOW + 900)),
    remove: at < 2 ? [] : [token(`${at - 1}-0`, NOW + 900), cutOff("subject", "value")],
  }));
  return publish([ISSUER], editions, { tenant: "fuzz", is_series: true }).editions;
}

function deltasOf(published) {
  const listed = published.flatMap(({ objects }) => [...objects.values()].filter((object) => object[5] === 3));
  return [...listed, ...published.map(({ manifest }) => manifest.subarray(0, -64)).map(lastDelta)];
}

/** The eight counts that a delta begins with, and the bytes after them. */
function countsOf(delta) {
  const counts = [];
  let at = 6;
  while (counts.length < 8) {
    let count = 0;
    for (let shift = 0; ; shift += 7) {
      count += (delta[at] & 0x7f) * 2 ** shift;
      if (delta[at++] < 0x80) break;
    }
    counts.push(count);
  }
  return [counts, delta.subarray(at)];
}

/** Steps of a publisher's life, three bytes each: many of one kind, and mixtures. */
function foldSeeds() {
  const mixed = (factor) => Buffer.from(Array.from({ length: 240 }, (_, at) => (at * factor + (at >> 3)) % 256));
  const each = [0, 3, 4, 5, 6, 7].map((step) => Buffer.from([0, 1, 9, 3, 1, 0, 7, 1, 0, step, 1, 9, step, 2, 9, 6, 0, 0]));
  return [...each, ...[1, 7, 37, 101, 211].map(mixed)];
}

/** By the first byte whether a root is pinned, and whether six bytes each are links: role, root, publishers, number, epoch, signer. */
function keyDocumentSeeds() {
  const [next, other] = [[0, 0, 0b100, 1, 0, 0], [0, 0, 0b1000, 2, 0, 2]];
  const [byRoot, keeping] = [[1, 3, 0b1000, 5, 2, 1], [0, 3, 0b100, 1, 0, 0]];
  const chains = [[next], [next, other], [byRoot], [keeping, byRoot], [keeping, [0, 3, 0b1000, 2, 0, 2]], [[1, 9, 1, 1, 0, 1], [1, 0, 2, 2, 0, 4]]];
  return chains.flatMap((links) => [2, 3].map((mode) => Buffer.from([mode, ...links.flat()])));
}

/** What stands at the end of a manifest's body, if it carries a delta. */
function lastDelta(body) {
  const at = body.lastIndexOf(Buffer.from("RSNO\x01\x03", "latin1"));
  return at < 0 ? Buffer.alloc(0) : body.subarray(at);
}

function vectorJson(path) {
  const file = join(vectors, path);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

function vectorNames(path) {
  const own = join(vectors, path);
  return existsSync(own) ? readdirSync(own) : [];
}

function nameOf(seed) {
  return createHash("sha256").update(seed).digest("hex").slice(0, 16);
}

const CLAIMS = {
  iss: ISSUER,
  sub: "alice",
  aud: ["api"],
  iat: NOW - 10,
  nbf: NOW - 10,
  exp: NOW + 900,
  jti: "a",
  sid: "s",
  client_id: "c",
  org_id: ["o"],
};

const token = (jti, expires_at) => ({ type: "token", issuer: ISSUER, jti, expires_at });

const cutOff = (type, value) => ({ type, issuer: ISSUER, value, not_before: NOW - 1_000 });

const ALL = ["issuer", "key", "subject", "session", "client", "organization"];

/** The entries of each edition: none, some of every kind, one of each, many. */
const ENTRIES = [
  [],
  [token("a", NOW + 900), token("b"), ...ALL.map((type) => cutOff(type, "value"))],
  [token("a", NOW + 900)],
  [token("a")],
  ...ALL.map((type) => [cutOff(type, "value")]),
  Array.from({ length: 200 }, (_, at) => token(`t${at}`, NOW + 60 * at)),
  Array.from({ length: 200 }, (_, at) => cutOff(ALL[1 + (at % 5)], `v${at}`)),
];

for (const [target, seeds] of Object.entries({
  delta: framedSeeds(),
  fold: foldSeeds(),
  json: jsonSeeds(),
  key_set: keySetSeeds(),
  key_document: keyDocumentSeeds(),
  manifest_object: updateSeeds(),
  token: tokenSeeds(),
})) {
  mkdirSync(join(folder, target), { recursive: true });
  for (const seed of seeds) writeFileSync(join(folder, target, nameOf(seed)), seed);
}
