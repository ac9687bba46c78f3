/**
 * Runs an attack corpus against the packed package: `cargo xtask corpus FILE`.
 *
 * Prints the cases that went wrong and the score; the exit code is 1 below the bar.
 */
import { readFileSync } from "node:fs";
import { importPackage } from "../js/support/package.mjs";
import { keySetOf, policyOf, profileOf, tokenOf } from "../js/vectors/profile.mjs";
import { publishStates } from "./revocations.mjs";

/** `must` has to be whole; of `strict`, where another choice is defensible, nearly everything. */
const STRICT_BAR = 0.98;

/** Refusals of these options are findings about the keys; of any other, the profile cannot be expressed. */
const KEY_OPTION = /^keys\./;

const { createVerifier } = await importPackage();

async function run(corpus) {
  const cases = corpus.cases.map((item) => ({ item, profile: profileOf(corpus, item.profile) }));
  const feeds = publishStates(cases.filter(({ item }) => item.revoked !== undefined));
  const score = { must: { right: 0, of: 0 }, strict: { right: 0, of: 0 }, wrong: [] };
  for (const { item, profile } of cases) {
    const feed = feeds.get(item.id) ?? { revocations: null };
    const codes = await codesOf(corpus, item, profile, feed);
    count(score, item, codes);
  }
  return score;
}

function count(score, { id, level, expect, class: name }, codes) {
  if (score[level] === undefined || !["accept", "reject"].includes(expect)) throw new Error(`${id}: unknown label`);
  const right = new Set(codes).size === 1 && (codes[0] === "ACCEPTED") === (expect === "accept");
  score[level].of += 1;
  score[level].right += Number(right);
  if (!right) score.wrong.push(`${level} ${id} (${name}): expected ${expect}, got ${[...new Set(codes)].join(", ")}`);
}

/** The outcome by every way to ask, twice each, so that what a cache answers is judged too. */
async function codesOf(corpus, item, profile, feed) {
  const verifier = await verifierOf(corpus, item, profile, feed);
  if (typeof verifier === "string") return [verifier];
  try {
    const token = tokenOf(item);
    const codes = [];
    for (let time = 0; time < 2; time += 1) {
      codes.push(verifier.check(token).code);
      codes.push(await outcome(() => verifier.verify(token)));
      codes.push(await outcome(async () => verifier.verifySync(token)));
    }
    return codes;
  } finally {
    verifier.close();
  }
}

function outcome(ask) {
  return ask().then(
    ({ code }) => code,
    (error) => error.code ?? `threw ${error}`,
  );
}

/** A verifier with keys and snapshot loaded, or the code with which the keys were refused. */
async function verifierOf(corpus, item, profile, feed) {
  const options = { ...policyOf(profile), ...feed, now: () => profile.now, autoRefresh: false };
  const keys = { jwks: keySetOf(corpus, profile, item) };
  const verifier = await createVerifier({ ...options, keys }).catch((error) => refusedKeys(item, error));
  if (feed.revocations !== null && typeof verifier !== "string") await verifier.refresh();
  return verifier;
}

function refusedKeys({ id }, error) {
  const aboutKeys = error.code?.startsWith("ERR_KEY_") || KEY_OPTION.test(error.details?.option ?? "");
  if (aboutKeys) return error.code;
  throw new Error(`${id}: the profile cannot be expressed: ${error.message}`, { cause: error });
}

const text = ({ right, of }) => `${right}/${of}`;

const score = await run(JSON.parse(readFileSync(process.argv[2], "utf8")));
for (const line of score.wrong) console.log(line);
console.log(`must ${text(score.must)} strict ${text(score.strict)}`);
const { must, strict } = score;
const held = must.right === must.of && strict.right >= strict.of * STRICT_BAR && must.of + strict.of > 0;
process.exitCode = held ? 0 : 1;
