/**
 * A process with some verifiers of the packed package. Told of tokens, it proves that every verifier accepts them, and
 * asks each one over and over until it refuses them; what it reports is when.
 */
import { importPackage } from "../../tests/js/support/package.mjs";
import { now } from "./clock.mjs";

/** Between two rounds of questions. */
const SWEEP_MILLISECONDS = 5;

/** For a first snapshot, and the stream of events. */
const READY_MILLISECONDS = 10_000;

const { count, offset, spreadMilliseconds, options } = JSON.parse(process.argv[2]);
const { createVerifier } = await importPackage();
const verifiers = [];
/** Token → the verifiers that still accept it, by id. */
const pending = new Map();

process.on("disconnect", () => process.exit());
process.on("message", ({ batch, tokens }) => {
  for (const { id, token } of tokens) {
    const refusing = verifiers.find((verifier) => verifier.check(token).code !== "ACCEPTED");
    if (refusing !== undefined) throw new Error(`not accepted before it is revoked: ${refusing.check(token).message}`);
    pending.set(id, { token, waiting: new Set(verifiers.keys()) });
  }
  process.send({ watching: batch });
});

await Promise.all(Array.from({ length: count }, (_, at) => started(at)));
setInterval(sweep, SWEEP_MILLISECONDS);
process.send({ ready: true });

/** At a moment of its own, as verifiers of different machines start; listening before anything is measured. */
async function started(at) {
  await pause(((at + Math.random()) / count) * spreadMilliseconds);
  const verifier = await createVerifier({
    ...options,
    keys: { secret: Buffer.from(options.keys.secret, "base64") },
  });
  const isReady = () => {
    const { snapshot, push } = verifier.status();
    return snapshot !== null && (!options.revocations.push || push === "connected");
  };
  const deadline = now() + READY_MILLISECONDS;
  while (!isReady()) {
    if (now() > deadline) throw new Error(`not ready: ${JSON.stringify(verifier.status())}`);
    await pause(20);
  }
  verifiers.push(verifier);
}

function sweep() {
  const enforced = [];
  for (const [id, { token, waiting }] of pending) {
    for (const at of waiting) {
      const { code, message } = verifiers[at].check(token);
      if (code === "ACCEPTED") continue;
      if (code !== "ERR_REVOCATION_REVOKED") throw new Error(`refused for another reason: ${code} ${message}`);
      waiting.delete(at);
      enforced.push({ id, verifier: offset + at, at: now() });
    }
    if (waiting.size === 0) pending.delete(id);
  }
  if (enforced.length > 0) process.send({ enforced });
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
