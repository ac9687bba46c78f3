// The story without a person: sign in, 200 at the edge, revoke, 401 at the edge; once for each kind of revocation.
import { setTimeout as sleep } from "node:timers/promises";

const DEADLINE_MS = 15_000;
const ASK_EVERY_MS = 20;

/** Who must go on working while the victim's token falls. The first session's token is always the victim. */
const ROUNDS = [
  { kind: "token", survivors: ["second session", "colleague", "stranger"] },
  { kind: "session", survivors: ["second session", "colleague", "stranger"] },
  { kind: "subject", survivors: ["colleague", "stranger"] },
  { kind: "organization", survivors: ["stranger"] },
  { kind: "key", survivors: [] },
];

/**
 * @typedef {object} Round   milliseconds; all but `accepted` count from the request to revoke
 * @property {string} kind
 * @property {number} accepted       from the sign-in's answer to the first 200
 * @property {number} acknowledged   the authority has it on disk
 * @property {number} published      the manifest changed
 * @property {number} seen           the npm package in Node holds the edition
 * @property {number} refused        first 401 with ERR_REVOCATION_REVOKED
 * @property {string[]} survivors    whose tokens still answered 200 afterwards
 */

/** What the story found wrong. */
export class StoryError extends Error {}

/**
 * Plays every kind of revocation in turn and yields each round as it ends.
 * @param {import("./system.mjs").System} system
 * @returns {AsyncGenerator<Round>}
 */
export async function* playStory(system) {
  const verifier = await nodeVerifier(system);
  try {
    for (const { kind, survivors } of ROUNDS) yield await playRound(system, verifier, kind, survivors);
    await acceptedAfter(system, await signIn(system, "alice"), "alice, after the signing key changed");
  } finally {
    verifier.close();
  }
}

async function playRound(system, verifier, kind, survivors) {
  const tokens = await signInAll(system);
  const accepted = await acceptedAfter(system, tokens.get("first session"), "the victim");
  for (const name of survivors) await acceptedAfter(system, tokens.get(name), `the ${name}`);
  const steps = await revokeAndWatch(system, verifier, kind, tokens.get("first session"));
  await assertSurvivors(system, kind, survivors, tokens);
  return { kind, accepted, ...steps, survivors };
}

async function signInAll(system) {
  const names = { "first session": "alice", "second session": "alice", colleague: "dave", stranger: "bob" };
  const tokens = new Map();
  for (const [name, username] of Object.entries(names)) tokens.set(name, await signIn(system, username));
  return tokens;
}

async function signIn({ client, description }, username) {
  const account = description.accounts.find((one) => one.username === username);
  const { status, body } = await client.signIn(account);
  if (status !== 200) throw new StoryError(`${username} could not sign in: ${status} ${JSON.stringify(body)}`);
  return body.access_token;
}

async function acceptedAfter(system, token, who) {
  const started = performance.now();
  const answer = await until(
    async () => askEdge(system, token),
    ({ status }) => status === 200,
    started,
  );
  if (answer.status !== 200) throw new StoryError(`the edge refused ${who}: ${answer.status} ${answer.code}`);
  return performance.now() - started;
}

async function revokeAndWatch(system, verifier, kind, token) {
  await sleep(Math.random() * system.description.revocations.pollSeconds * 1000); // any moment between two polls
  const tagBefore = await manifestTag(system);
  const started = performance.now();
  const since = () => performance.now() - started;
  const { status, body } = await system.client.revoke({ type: kind, token });
  if (status !== 201) throw new StoryError(`revoking by ${kind} was answered with ${status} ${JSON.stringify(body)}`);
  const acknowledged = since();
  const [published, seen, refused] = await Promise.all([
    until(
      () => manifestTag(system),
      (tag) => tag !== tagBefore,
      started,
    ).then(since),
    until(
      () => heldBy(verifier),
      (snapshot) => holds(snapshot, body.snapshot),
      started,
    ).then(since),
    refusedAt(system, kind, token, started),
  ]);
  return { acknowledged, published: Math.min(published, seen), seen, refused }; // what was seen was published
}

async function refusedAt(system, kind, token, started) {
  const answer = await until(
    () => askEdge(system, token),
    ({ status }) => status === 401,
    started,
  );
  if (answer.status !== 401)
    throw new StoryError(`the token survived its revocation by ${kind} for ${DEADLINE_MS / 1000} s`);
  if (answer.code !== "ERR_REVOCATION_REVOKED")
    throw new StoryError(`after a revocation by ${kind} the edge answered ${answer.code}`);
  return performance.now() - started;
}

async function assertSurvivors(system, kind, survivors, tokens) {
  for (const name of survivors) {
    const { status, code } = await askEdge(system, tokens.get(name));
    if (status !== 200) throw new StoryError(`a revocation by ${kind} also hit the ${name}: ${status} ${code}`);
  }
}

/** The last value of `ask`: the first that satisfies `good`, or the one at the deadline. */
async function until(ask, good, started) {
  for (;;) {
    const value = await ask();
    if (good(value) || performance.now() - started > DEADLINE_MS) return value;
    await sleep(ASK_EVERY_MS);
  }
}

async function askEdge({ edge }, token) {
  const response = await fetch(`${edge.origin}/api/orders`, {
    headers: { Authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  const body = await response.json();
  return { status: response.status, code: body.code ?? body.verdict.code };
}

async function manifestTag({ description }) {
  const response = await fetch(`${description.revocations.url}/manifest`, { signal: AbortSignal.timeout(DEADLINE_MS) });
  await response.arrayBuffer();
  return response.headers.get("ETag");
}

async function nodeVerifier({ package: installed, description }) {
  const { createVerifier } = await import(
    new URL(installed.entry(["node", "import"]), `file://${installed.root}/`).href
  );
  const { issuer, audience, jwksUri, revocations } = description;
  return createVerifier({ issuer, audience, typ: "at+jwt", keys: { jwksUri }, revocations });
}

async function heldBy(verifier) {
  await verifier.refresh();
  return verifier.status().snapshot;
}

const holds = (snapshot, { epoch, version }) =>
  snapshot !== null && (snapshot.epoch > epoch || (snapshot.epoch === epoch && snapshot.version >= version));
