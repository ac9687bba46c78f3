/** One way by which verifiers hear of revocations: how long each revocation took, and what it cost in bytes. */
import { now, sleepUntil } from "./clock.mjs";
import { Fleet } from "./fleet.mjs";
import { startProxy } from "./proxy.mjs";

const DAY = 86_400;

/** A revocation that is not enforced that long after a poll should have brought it is lost: the run fails. */
const GRACE_SECONDS = 15;

/** `name`: `polling` or `push`. The proxy is of this way alone, so that its bytes are. */
export async function measuredWay(name, authority, issuerKey, settings) {
  const { verifiers, moments, perMoment, quietSeconds } = settings;
  const run = new Run(moments * perMoment * verifiers);
  const proxy = await startProxy(authority.origin);
  const fleet = new Fleet((one) => run.enforced(one));
  try {
    await fleet.start({ ...settings, options: optionsOf(name, proxy, authority, issuerKey, settings) });
    const quiet = await traffic(proxy, verifiers, () => fleet.together(sleepUntil(now() + quietSeconds * 1_000)));
    const busy = await traffic(proxy, verifiers, async () => {
      await revokeAll(name, run, fleet, authority, issuerKey, settings);
      const patience = (settings.pollSeconds + settings.cacheSeconds + GRACE_SECONDS) * 1_000;
      await fleet.together(run.completed(patience));
    });
    const perDay = (count) => Math.round((count * DAY) / busy.seconds);
    return {
      ...{ way: name, verifiers, revocations: moments * perMoment, ...run.figures() },
      busyADay: { revocations: perDay(moments * perMoment), moments: perDay(moments) },
      ...{ busy, quiet: quietSeconds > 0 ? quiet : null },
    };
  } finally {
    await fleet.stop();
    await proxy.stop();
  }
}

function optionsOf(name, proxy, { issuer, tenant, publisherKey }, { secret }, { pollSeconds }) {
  const url = `${proxy.origin}/r/${tenant}`;
  return {
    ...{ issuer, audience: null, keys: { secret: secret.toString("base64") }, store: null },
    revocations: { url, tenant, publisherKeys: [publisherKey], pollSeconds, push: name === "push" },
  };
}

/** At moments that fall anywhere in their share of the time, so that they fall anywhere between two polls. */
async function revokeAll(name, run, fleet, authority, issuerKey, { moments, perMoment, seconds }) {
  const start = now();
  const share = (seconds * 1_000) / moments;
  for (let moment = 0; moment < moments; moment += 1) {
    const targets = Array.from({ length: perMoment }, (_, at) => target(`${name}-${moment}-${at}`, at));
    const tokens = targets.map(({ id, claims }) => ({ id, token: tokenOf(authority, issuerKey, claims) }));
    await fleet.watch(moment, tokens);
    await fleet.together(sleepUntil(start + (moment + Math.random()) * share));
    await fleet.together(Promise.all(targets.map((one) => revoke(run, authority, one))));
  }
  await fleet.together(sleepUntil(start + seconds * 1_000));
}

/** A session, a subject or a token id in turn. */
function target(id, at) {
  const expiresAt = Math.floor(Date.now() / 1_000) + 3_600;
  const claims = { sub: `sub-${id}`, sid: `sid-${id}`, jti: `jti-${id}`, exp: expiresAt };
  const kinds = [
    { type: "session", value: claims.sid },
    { type: "subject", value: claims.sub },
    { type: "token", jti: claims.jti, expires_at: expiresAt },
  ];
  return { id, claims, named: kinds[at % kinds.length] };
}

function tokenOf({ issuer }, issuerKey, claims) {
  return issuerKey.token({ iss: issuer, aud: "api", iat: claims.exp - 3_610, ...claims });
}

/** The clock starts when the authority has acknowledged. */
async function revoke(run, authority, { id, named }) {
  await authority.revoke(named);
  run.acknowledged(id, now());
}

/** Bytes and requests of one client in a day, as `during` has them. */
async function traffic(proxy, clients, during) {
  const [before, start] = [proxy.traffic(), now()];
  await during();
  const [after, seconds] = [proxy.traffic(), (now() - start) / 1_000];
  const scaled = Object.entries(after).map(([what, count]) => {
    const perClient = what === "origin" ? 1 : clients;
    return [what, Math.round(((count - before[what]) / perClient / seconds) * DAY)];
  });
  return { seconds: Number(seconds.toFixed(1)), aDay: Object.fromEntries(scaled) };
}

/** What is acknowledged when, and enforced when by whom. */
class Run {
  #acknowledged = new Map();
  #enforced = [];
  #expected;
  #resolve;
  #complete = new Promise((resolve) => {
    this.#resolve = resolve;
  });

  constructor(expected) {
    this.#expected = expected;
  }

  acknowledged(id, at) {
    this.#acknowledged.set(id, at);
  }

  enforced(one) {
    this.#enforced.push(one);
    if (this.#enforced.length === this.#expected) this.#resolve();
  }

  /** Resolves when every verifier has enforced everything; rejects after that many milliseconds. */
  async completed(patience) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(this.#lacking())), patience);
    });
    await Promise.race([this.#complete, late]).finally(() => clearTimeout(timer));
  }

  #lacking() {
    return `${this.#expected - this.#enforced.length} of ${this.#expected} were never enforced`;
  }

  /** Of each revocation at each verifier, and of each revocation until the last verifier. Milliseconds. */
  figures() {
    const last = new Map();
    const all = this.#enforced.map(({ id, at }) => {
      // Enforced before the answer was here: no time at all.
      const milliseconds = Math.max(0, at - this.#acknowledged.get(id));
      last.set(id, Math.max(last.get(id) ?? 0, milliseconds));
      return milliseconds;
    });
    return { samples: all.length, ms: percentiles(all), everywhereMs: percentiles([...last.values()]) };
  }
}

function percentiles(values) {
  const sorted = values.sort((one, other) => one - other);
  const at = (share) => Math.round(sorted[Math.ceil(share * sorted.length) - 1]);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
