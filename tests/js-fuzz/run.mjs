/**
 * Hostile inputs through the packed package and its wasm: `cargo xtask fuzz --package`.
 *
 * After each one the same verifier has to accept a good token. Nothing may trap, and nothing but this package's errors
 * may come back. Every input has a seed of its own, so that a failure can be had again.
 */
import { parseArgs } from "node:util";
import { Random } from "../fallback/support/random.mjs";
import { callVerifier, makeVerifier, Touched } from "./confusions.mjs";
import { byKeys, bySecret, rescind } from "./subject.mjs";
import { tokenForKeys, tokenForSecret } from "./tokens.mjs";
import { edition, keySet } from "./updates.mjs";

const { values } = parseArgs({ options: { inputs: { type: "string" }, seed: { type: "string" } } });
const inputs = Number(values.inputs ?? 20_000);
const seed = Number(values.seed ?? 20_261_125);
const subjects = { secret: await bySecret(), keys: await byKeys() };
const codes = new Map();

/** Of a thousand inputs; what costs a download or a new verifier comes less often. */
const KINDS = [
  [500, "token for a secret", async (random) => token(subjects.secret, tokenForSecret(random, subjects.secret.good))],
  [800, "token for keys", async (random) => token(subjects.keys, tokenForKeys(random, subjects.keys.good))],
  [900, "odd argument", (random) => callVerifier(random, either(random))],
  [940, "odd option", (random) => makeVerifier(random, either(random))],
  [970, "key set", fetchedKeySet],
  [1_000, "edition", fetchedEdition],
];

for (let input = 0; input < inputs; input += 1) {
  const random = new Random(seed + input);
  const dice = random.integer(1_000);
  const [, kind, run] = KINDS.find(([below]) => dice < below);
  try {
    const code = await run(random).catch(expectedError);
    codes.set(code, (codes.get(code) ?? 0) + 1);
    if (code === "ERR_WASM_TRAPPED") throw new Error("the wasm trapped");
    if ({}.polluted !== undefined) throw new Error("a prototype was changed");
    for (const [name, { verifier, good }] of Object.entries(subjects)) accepts(verifier, good, name);
  } catch (error) {
    console.error(`input ${input}, a ${kind}; again with --inputs=1 --seed=${seed + input}`);
    throw error;
  }
}
for (const { verifier } of Object.values(subjects)) verifier.close();
console.log(`${inputs} inputs from seed ${seed}: 0 traps, a good token accepted after each`);
for (const [code, count] of [...codes].sort(([, one], [, other]) => other - one)) console.log(`  ${code} ${count}`);

/** One token by all three ways to ask, which have to agree. */
async function token({ verifier }, text) {
  const { code } = verifier.check(text);
  const thrown = await verifier.verify(text).then(
    (verdict) => verdict.code,
    (error) => error.code,
  );
  if (thrown !== code) throw new Error(`check says ${code}, verify says ${thrown}`);
  return code;
}

/** A set that cannot be used leaves the old keys in force; one that can is replaced by the good one again. */
async function fetchedKeySet(random) {
  const { verifier, network, good } = subjects.keys;
  const before = network.keys;
  network.keys = keySet(random);
  const code = await outcome(verifier.refresh());
  if (code === "REFRESHED") await token(subjects.keys, good);
  else accepts(verifier, good, "with the old keys");
  network.keys = before;
  await verifier.refresh();
  return code;
}

/** An edition that cannot be used leaves the old one in force; one that can asks for a fresh verifier. */
async function fetchedEdition(random) {
  const { verifier, network, good } = subjects.secret;
  const { version } = verifier.status().snapshot;
  network.edition = edition(random);
  const code = await outcome(verifier.refresh());
  const held = verifier.status().snapshot;
  if (code === "REFRESHED" && held.version !== version) {
    await token(subjects.secret, tokenForSecret(random, good));
    verifier.close();
    subjects.secret = await bySecret();
  } else if (held.version !== version) throw new Error(`${code}, and yet another edition is in force`);
  return code;
}

function outcome(refresh) {
  return refresh.then(
    () => "REFRESHED",
    (error) => expectedError(error),
  );
}

function accepts(verifier, good, name) {
  const { code } = verifier.check(good);
  if (code !== "ACCEPTED") throw new Error(`a good token is refused by the verifier ${name}: ${code}`);
}

function either(random) {
  return random.chance(50) ? subjects.secret : subjects.keys;
}

function expectedError(error) {
  if (error instanceof rescind.RescindError) return error.code;
  if (error instanceof Touched) return "(the argument's own error)";
  throw error;
}
