/** Hostile downloads: key sets and snapshots, as they come and under a right signature. */
import { createHash, sign } from "node:crypto";
import { mutatedOctets, mutatedText } from "../fallback/support/mutations.mjs";
import { publisherPrivateKey } from "../support/publisher.mjs";
import { corpus, next } from "./subject.mjs";

/** The bytes of a JWK Set. */
export function keySet(random) {
  const text = JSON.stringify(random.chance(50) ? corpus.jwks.main : random.pick(SETS));
  return random.chance(50) ? Buffer.from(mutatedText(random, text)) : mutatedOctets(random, Buffer.from(text));
}

/** `{ manifest, objects }` of a next edition that something is wrong with, or not. */
export function edition(random) {
  return random.pick(EDITIONS)(random, random.pick(next));
}

const SETS = corpus.cases.map(({ jwks }) => jwks).filter((jwks) => jwks !== undefined);

const CONTEXT = Buffer.from("rescind-manifest-v1\0");

const SIGNATURE_BYTES = 64;

const privateKey = publisherPrivateKey();

const EDITIONS = [
  (random, { manifest, objects }) => ({ manifest: edited(random, manifest), objects }),
  (random, { manifest, objects }) => ({ manifest: signed(edited(random, bodyOf(manifest))), objects }),
  (random, { manifest, objects }) => ({ manifest, objects: new Map(mapped(random, objects)) }),
  (random, whole) => renamed(random, whole),
];

/** Objects edited under their old names: the hash is wrong. */
function mapped(random, objects) {
  return [...objects].map(([name, bytes]) => [name, edited(random, bytes)]);
}

/** Objects edited, and the manifest says so: hash and length are right, the structure is not. */
function renamed(random, { manifest, objects }) {
  let body = bodyOf(manifest);
  const renamedObjects = new Map();
  for (const [name, bytes] of objects) {
    const changed = edited(random, bytes);
    const hash = createHash("sha256").update(changed).digest();
    body = replacedRecord(body, Buffer.from(name, "hex"), hash, changed.length);
    renamedObjects.set(hash.toString("hex"), changed);
  }
  return { manifest: signed(body), objects: renamedObjects };
}

/** The object record with that hash: the length stands in the four bytes before it. */
function replacedRecord(body, from, to, length) {
  const at = body.indexOf(from);
  if (at < 4) return body;
  const changed = Buffer.from(body);
  changed.writeUInt32LE(length, at - 4);
  to.copy(changed, at);
  return changed;
}

function bodyOf(manifest) {
  return manifest.subarray(0, -SIGNATURE_BYTES);
}

function signed(body) {
  return Buffer.concat([body, sign(null, Buffer.concat([CONTEXT, body]), privateKey)]);
}

/** A few bytes replaced, a piece cut out or doubled, or the end cut off. */
function edited(random, bytes) {
  const at = random.integer(bytes.length + 1);
  const end = Math.min(bytes.length, at + random.integer(40));
  const [before, piece, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  switch (random.integer(5)) {
    case 0:
      return Buffer.concat([before, after]);
    case 1:
      return Buffer.concat([before, piece, piece, after]);
    case 2:
      return Buffer.from(before);
    case 3:
      return flipped(random, bytes);
    default:
      return mutatedOctets(random, bytes);
  }
}

function flipped(random, bytes) {
  const changed = Buffer.from(bytes);
  if (changed.length > 0) changed[random.integer(changed.length)] ^= 1 << random.integer(8);
  return changed;
}
