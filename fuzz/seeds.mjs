/**
 * Writes the inputs that fuzzing starts from into a folder for each target: the attack corpus, genuine snapshots, and
 * what of the public vectors is there.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tokenOf } from "../tests/corpus/profile.mjs";
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

/** By the first byte: a whole manifest, a body to be signed, objects to be named (see the target). */
function updateSeeds() {
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
  json: jsonSeeds(),
  key_set: keySetSeeds(),
  manifest_object: updateSeeds(),
  token: tokenSeeds(),
})) {
  mkdirSync(join(folder, target), { recursive: true });
  for (const seed of seeds) writeFileSync(join(folder, target, nameOf(seed)), seed);
}
