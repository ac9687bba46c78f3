/** Hostile tokens: edited, made up and signed, or nothing like a token. */

import { createHmac } from "node:crypto";
import { mutatedOctets, mutatedText, mutatedToken, nested } from "../fallback/support/mutations.mjs";
import { signed } from "../js/support/tokens.mjs";
import { CLAIMS, corpus, signer } from "./subject.mjs";

/** A token for the verifier with a secret. */
export function tokenForSecret(random, good) {
  return random.pick(FOR_SECRET)(random, good);
}

/** A token for the verifier with the corpus's keys. */
export function tokenForKeys(random, good) {
  if (random.chance(10)) return garbage(random);
  const { token } = random.pick(TOKENS);
  return mutatedToken(random, random.chance(30) ? good : token);
}

const HEADER = '{"alg":"HS256","typ":"JWT","kid":"key"}';

const TEXT = JSON.stringify(CLAIMS);

const TOKENS = corpus.cases.filter(({ token }) => token !== undefined);

const FOR_SECRET = [
  mutatedToken,
  (random) => made(mutatedText(random, HEADER), TEXT),
  (random) => made(HEADER, mutatedText(random, TEXT)),
  (random) => made(mutatedOctets(random, Buffer.from(HEADER)), TEXT),
  (random) => made(HEADER, mutatedOctets(random, Buffer.from(TEXT))),
  (random) => made(HEADER, TEXT.replace("{", `{"deep":${nested(random.integer(40), random.chance(50))},`)),
  (random) => made(HEADER, TEXT.replace("{", `{${members(random)}`)),
  garbage,
];

/** A compact JWS over any octets, signed under the secret whatever its header says. */
function made(header, payload) {
  const text = (value) => (typeof value === "string" ? value : value.toString("latin1"));
  if (typeof header === "string" && typeof payload === "string") return signed(header, payload, mac);
  const input = [header, payload].map((part) => Buffer.from(text(part), "latin1").toString("base64url")).join(".");
  return `${input}.${mac(Buffer.from(input)).toString("base64url")}`;
}

function mac(input) {
  return createHmac("sha256", signer.secret).update(input).digest();
}

/** Many members, some of them of one name. */
function members(random) {
  const count = random.integer(400);
  return Array.from({ length: count }, () => `"m${random.integer(10 * count + 1)}":${random.integer(9)},`).join("");
}

/** Any text, of any length up to twice the limit, rarely of a mebibyte. */
function garbage(random) {
  const length = random.chance(1) ? 1_048_576 : random.integer(random.chance(20) ? 33_000 : 200);
  const unit = Array.from({ length: 1 + random.integer(24) }, () => random.pick(UNITS)).join("");
  return unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
}

const UNITS = ["A", "e", "_", "-", ".", "..", "=", "\0", " ", "é", "\ud83d", "\ude00", "😀", "\uffff", "{", '"'];
