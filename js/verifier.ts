import { Closing } from "./closing.js";
import type { Engine, MakeEngine } from "./engine.js";
import { errorOf, fromCore, optionInvalid, type Refusal, RescindError, refusalOf } from "./errors.js";
import { Feed } from "./feed.js";
import type { Transport } from "./fetch.js";
import { Keys } from "./keys.js";
import type { VerifierOptions } from "./options.js";
import type { Refresher, Surroundings } from "./refresher.js";
import { followedSubjects } from "./revocation-settings.js";
import { keyIdOf, subjectOf } from "./segment.js";
import { checkedNow, type Defaults, type Settings, settingsOf } from "./settings.js";
import { StatusLists } from "./status-list/lists.js";
import { Ticker } from "./ticker.js";
import type { FailureReport, Subject, Verdict, Verifier, VerifierStatus, VerifyOptions } from "./types.js";
import { onWake } from "./wake.js";

/** What an entry knows about its runtime. */
export interface Runtime extends Defaults {
  /** As `status().runtime` shows it. */
  readonly name: string;
  readonly revalidate: Transport["revalidate"];
  /** What makes engines: the wasm, loaded if need be, or the fallback. */
  readonly engines: () => Promise<MakeEngine>;
}

/** Makes a verifier on a runtime: see `createVerifier` of the entries. */
export async function createVerifierOn(runtime: Runtime, options: VerifierOptions): Promise<Verifier> {
  const settings = settingsOf(options, runtime);
  checkedNow(settings.now);
  const verifier = new EngineVerifier(await runtime.engines(), settings, runtime);
  if (settings.autoRefresh) await verifier.start();
  return verifier;
}

class EngineVerifier implements Verifier {
  readonly #runtime: Runtime;
  readonly #now: () => number;
  readonly #issuer: string;
  readonly #engine: Engine;
  readonly #startedAt: number;
  readonly #keys: Keys;
  readonly #feed: Feed | null;
  readonly #spreadSeconds: number;
  readonly #statusLists: StatusLists | null;
  readonly #closing = new Closing();
  readonly #ticker = new Ticker(
    () => this.#nextWait(),
    () => this.#refreshDue(),
  );

  constructor(makeEngine: MakeEngine, settings: Settings, runtime: Runtime) {
    this.#runtime = runtime;
    this.#now = () => checkedNow(settings.now);
    this.#issuer = settings.policy.issuer;
    this.#startedAt = this.#now();
    this.#engine = makeEngine(settings, (now) => this.#snapshot(now));
    const transport: Transport = { fetch: settings.fetch, revalidate: runtime.revalidate };
    const surroundings = this.#surroundings(settings);
    this.#keys = new Keys(this.#engine.keys, settings.keys, transport, surroundings);
    const { revocations, store } = settings;
    this.#spreadSeconds = revocations?.spreadSeconds ?? 0;
    const { snapshots } = this.#engine;
    this.#feed = revocations && snapshots && new Feed(snapshots, revocations, transport, store, surroundings);
    const lists = settings.statusLists;
    const taker = this.#engine.statusLists;
    this.#statusLists = lists && taker && new StatusLists(taker, lists, this.#keys, transport, surroundings);
  }

  /** The first fetch, and timers from then on. A failure stays visible and is retried: it is no reason not to start. */
  async start(): Promise<void> {
    if (this.#feed !== null && this.#spreadSeconds > 0) await this.#spread(this.#feed);
    await this.#refreshDue();
    if (this.#closed) return;
    if (this.#refreshers().length > 0 || this.#statusLists !== null) this.#ticker.start();
    this.#feed?.push?.run();
    this.#closing.onClose(onWake(() => this.#refreshDue()));
  }

  /** The first look at the manifest comes later; what the store has is there until then. */
  async #spread(feed: Feed): Promise<void> {
    await feed.restore().catch(() => {});
    if (!this.#closed) feed.refresher.defer(this.#now(), Math.random() * this.#spreadSeconds);
  }

  async verify(token: string, options?: VerifyOptions): Promise<Verdict> {
    const waitUntil = waitUntilOf(options);
    if (this.#lacksSnapshot()) await this.#feed?.restore();
    const pending = this.#freshen(waitUntil);
    if (pending !== null) await pending;
    const asked = this.#checked(token);
    // An await costs a turn, also of what is there.
    let outcome = asked instanceof Promise ? await asked : asked;
    if (outcome.code === "ERR_KEY_NOT_FOUND" && (await this.#refetched(token))) outcome = await this.#checked(token);
    let loaded: boolean | RescindError = true;
    // With many subjects at the same moment a shard may go again before this check comes to it.
    for (let load = 0; load < MAX_LOADS && loaded === true && lacksShard(outcome); load += 1) {
      loaded = await this.#loadedFor(token);
      if (loaded !== false) outcome = await this.#checked(token);
    }
    if (await this.#statusListFetched(outcome)) outcome = await this.#checked(token);
    if (outcome.code === "ACCEPTED") return this.#accepted(outcome);
    throw loaded instanceof RescindError ? errorOf(outcome, loaded) : this.#error(outcome);
  }

  /** Remembers whose shard is in use, where shards come and go. */
  #accepted(verdict: Verdict): Verdict {
    const { iss, sub } = verdict.claims;
    if (this.#feed?.isOnDemand && sub !== undefined && !this.#closed) this.#feed.used({ issuer: iss, sub });
    return verdict;
  }

  /** Whether the shard of the token's subject was loaded, or why not. */
  async #loadedFor(token: string): Promise<boolean | RescindError> {
    const subject = subjectOf(token);
    if (this.#feed === null || subject === null || this.#closed) return false;
    return this.#feed.load(subject).catch((error: RescindError) => error);
  }

  verifySync(token: string): Verdict {
    const outcome = this.check(token);
    if (outcome.code === "ACCEPTED") return outcome;
    throw this.#error(outcome);
  }

  check(token: unknown): Verdict | Refusal {
    if (this.#closed) return CLOSED;
    try {
      const now = this.#now();
      return this.#orNoKeys(this.#engine.judge(token, now), now);
    } catch (thrown) {
      return refusalFrom(thrown);
    }
  }

  async follow(subjects: readonly Subject[]): Promise<void> {
    if (this.#closed) throw errorOf(CLOSED);
    const followed = followedSubjects(subjects, "subjects", this.#issuer);
    if (!this.#feed?.hasSubjects) throw optionInvalid("revocations.profile", "{ subjects: [] } where follow is called");
    await this.#feed.follow(followed);
  }

  async refresh(): Promise<void> {
    if (this.#closed) throw errorOf(CLOSED);
    const results = await Promise.allSettled(this.#refreshers().map((refresher) => refresher.run()));
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }

  status(): VerifierStatus {
    return {
      snapshot: this.#closed ? null : this.#snapshot(this.#now()),
      keys: this.#keys.status(),
      statusLists: this.#statusLists?.status() ?? null,
      cache: this.#engine.cache(),
      core: this.#engine.core,
      rsa: this.#engine.rsa(),
      push: this.#feed?.push?.status ?? "off",
      lastError: this.#lastError(),
      lastRefreshAt: latest(this.#refreshers().map((refresher) => refresher.succeededAt)),
      runtime: this.#runtime.name,
    };
  }

  close(): void {
    if (this.#closed) return;
    this.#ticker.stop();
    this.#closing.close(errorOf(CLOSED));
    this.#engine.free();
  }

  get #closed(): boolean {
    return this.#closing.closed;
  }

  #surroundings({ deadlineSeconds }: Settings): Surroundings {
    return {
      clock: this.#now,
      deadlineSeconds,
      requestBound: this.#runtime.requestBound,
      closing: this.#closing,
    };
  }

  #refreshers(): Refresher[] {
    const lists = this.#statusLists?.refreshers() ?? [];
    return [this.#keys.refresher, this.#feed?.refresher, ...lists].filter((refresher) => refresher != null);
  }

  #snapshot(now: number) {
    return this.#feed?.snapshot(now) ?? null;
  }

  /** {@link check}, by a promise where the engine needs one. */
  #checked(token: unknown): Verdict | Refusal | Promise<Verdict | Refusal> {
    const { judgeLater } = this.#engine;
    return judgeLater === null || this.#closed ? this.check(token) : this.#checkedLater(judgeLater, token);
  }

  async #checkedLater(judgeLater: NonNullable<Engine["judgeLater"]>, token: unknown): Promise<Verdict | Refusal> {
    try {
      const now = this.#now();
      return this.#orNoKeys(await judgeLater(token, now), now);
    } catch (thrown) {
      return refusalFrom(thrown);
    }
  }

  #orNoKeys(outcome: Verdict | Refusal, now: number): Verdict | Refusal {
    if (outcome.code === "ACCEPTED") this.#statusLists?.note(outcome.claims, now);
    return this.#lacksKeys(outcome, now) ? NO_KEYS : outcome;
  }

  /** Keys that are missing or outlived their bound: the core would say "not found", or still use them. */
  #lacksKeys({ code }: Verdict | Refusal, now: number): boolean {
    if (this.#keys.usable(now)) return code === "ERR_KEY_NOT_FOUND" && this.#keys.status().count === 0;
    return !FOUND_BEFORE_KEYS.test(code);
  }

  /** Whether a snapshot is missing that may lie in the store. */
  #lacksSnapshot(): boolean {
    return this.#feed !== null && !this.#closed && this.#feed.toRestore && !this.#feed.usable(this.#now());
  }

  /** Starts what is due. Answers a promise only when a check has to wait for it. */
  #freshen(waitUntil: VerifyOptions["waitUntil"]): Promise<unknown> | null {
    if (this.#closed) return null;
    const now = this.#now();
    const waiting = [
      this.#freshened(this.#keys.refresher, this.#keys.usable(now), now, waitUntil),
      this.#freshened(this.#feed?.refresher, this.#feed?.usable(now) ?? true, now, waitUntil),
      ...(this.#statusLists?.refreshers() ?? []).map((refresher) => this.#freshened(refresher, true, now, waitUntil)),
    ].filter((refresh) => refresh !== null);
    return waiting.length === 0 ? null : Promise.all(waiting);
  }

  #freshened(
    refresher: Refresher | null | undefined,
    usable: boolean,
    now: number,
    waitUntil: VerifyOptions["waitUntil"],
  ): Promise<void> | null {
    if (refresher == null) return null;
    if (!usable) return refresher.permitted(now) ? settled(refresher) : null;
    if (!refresher.due(now)) return null;
    const refresh = settled(refresher);
    if (waitUntil !== undefined) handOver(refresh, waitUntil);
    return this.#runtime.requestBound && waitUntil === undefined ? refresh : null;
  }

  /** Whether the key set was fetched again for a `kid` that is not in it. */
  async #refetched(token: string): Promise<boolean> {
    const { refresher } = this.#keys;
    if (this.#closed || refresher === null || !this.#keys.refetchFor(keyIdOf(token), this.#now())) return false;
    await settled(refresher);
    return true;
  }

  /** Whether the list was fetched that a refused token needs. */
  async #statusListFetched(outcome: Verdict | Refusal): Promise<boolean> {
    if (this.#closed || this.#statusLists === null) return false;
    const refresher = this.#statusLists.wantedFor(outcome, this.#now());
    if (refresher === null) return false;
    await settled(refresher);
    return true;
  }

  /** Never rejects: a clock that fails shows at the next check. */
  async #refreshDue(): Promise<void> {
    try {
      const now = this.#now();
      this.#statusLists?.tidy(now);
      await Promise.all(this.#refreshers().map((refresher) => (refresher.due(now) ? settled(refresher) : null)));
    } catch {}
  }

  #nextWait(): number {
    try {
      const now = this.#now();
      return Math.min(...this.#refreshers().map((refresher) => refresher.wait(now)));
    } catch {
      return Number.POSITIVE_INFINITY;
    }
  }

  #error(refusal: Refusal): RescindError {
    return errorOf(refusal, this.#statusLists?.errorOf(refusal) ?? this.#causeOf(refusal.code));
  }

  /** The failed refresh behind a refusal, or the failed wasm. */
  #causeOf(code: string): unknown {
    if (code === "ERR_KEYS_UNAVAILABLE" || code === "ERR_KEY_NOT_FOUND")
      return this.#keys.refresher?.error ?? undefined;
    if (code === "ERR_WASM_UNAVAILABLE") return this.#engine.reason ?? undefined;
    const about = code === "ERR_REVOCATION_NOT_COVERED" || code === "ERR_SNAPSHOT_STALE";
    return about ? (this.#feed?.refresher.error ?? this.#engine.reason ?? undefined) : undefined;
  }

  #lastError(): FailureReport | null {
    const failures = this.#refreshers().map((refresher) => refresher.failure);
    failures.push(this.#engineFailure());
    return failures.filter((failure) => failure !== null).sort((one, other) => other.at - one.at)[0] ?? null;
  }

  #engineFailure(): FailureReport | null {
    const { reason } = this.#engine;
    return reason && Object.freeze({ ...refusalOf(reason), about: "core" as const, at: this.#startedAt });
  }
}

function refusalFrom(thrown: unknown): Refusal {
  return refusalOf(thrown instanceof RescindError ? thrown : fromCore(thrown));
}

/** A refresh whose failure is kept by the refresher and needs no handler here. */
function settled(refresher: Refresher): Promise<void> {
  return refresher.run().catch(() => {});
}

function lacksShard({ code, ...outcome }: Verdict | Refusal): boolean {
  return (
    code === "ERR_REVOCATION_NOT_COVERED" && "details" in outcome && outcome.details["reason"] === "shard_not_loaded"
  );
}

function waitUntilOf(options: VerifyOptions | undefined): VerifyOptions["waitUntil"] {
  const waitUntil: unknown = options?.waitUntil;
  if (waitUntil === undefined || typeof waitUntil === "function") return options?.waitUntil;
  throw optionInvalid("waitUntil", "a function that takes a promise");
}

/** Lets the refresh outlive the answer. */
function handOver(refresh: Promise<void>, waitUntil: (refresh: Promise<void>) => void): void {
  try {
    waitUntil(refresh);
  } catch (cause) {
    throw optionInvalid("waitUntil", "a bound function, such as (promise) => ctx.waitUntil(promise)", cause);
  }
}

function latest(times: readonly (number | null)[]): number | null {
  return times.filter((time) => time !== null).sort((one, other) => other - one)[0] ?? null;
}

/** Shards come and go; sixteen stay for long enough that a second load is rare. */
const MAX_LOADS = 3;

/** Findings that need no key: they stand, whatever the keys. */
const FOUND_BEFORE_KEYS = /^ERR_(?:TOKEN|HEADER|OPTION|WASM)_/;

const CLOSED: Refusal = Object.freeze({
  code: "ERR_VERIFIER_CLOSED",
  message: "the verifier was closed",
  details: Object.freeze({}),
});

const NO_KEYS: Refusal = Object.freeze({
  code: "ERR_KEYS_UNAVAILABLE",
  message: "no usable verification key is loaded",
  details: Object.freeze({}),
});
