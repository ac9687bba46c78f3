import type { Refusal } from "../errors.js";
import type { Transport } from "../fetch.js";
import { Keys } from "../keys.js";
import type { Refresher, Surroundings } from "../refresher.js";
import type { Claims, Verdict } from "../types.js";
import { FollowedList, type StatusListStatus } from "./followed-list.js";
import type { StatusListSource } from "./options.js";
import type { StatusListTaker } from "./taker.js";

/** The status lists of one verifier: each is fetched when the first token needs it, and kept fresh from then on. */
export class StatusLists {
  readonly #core: StatusListTaker;
  readonly #source: StatusListSource;
  readonly #transport: Transport;
  readonly #surroundings: Surroundings;
  /** Those that sign lists. */
  readonly #keys: Keys;
  readonly #hasOwnKeys: boolean;
  readonly #lists = new Map<string, FollowedList>();

  /** `tokenKeys` sign lists as well, unless the options give others. @throws for keys that cannot be used */
  constructor(
    core: StatusListTaker,
    source: StatusListSource,
    tokenKeys: Keys,
    transport: Transport,
    surroundings: Surroundings,
  ) {
    this.#core = core;
    this.#source = source;
    this.#transport = transport;
    this.#surroundings = surroundings;
    const { uris, maxAgeSeconds, maxBytes, keys } = source;
    core.followStatusLists({ uris, maxAgeSeconds, maxBytes, ownKeys: keys !== null });
    this.#hasOwnKeys = keys !== null;
    this.#keys = keys === null ? tokenKeys : new Keys(keysOf(core), keys, transport, surroundings);
  }

  /** Of the lists that are followed, and of their own keys. */
  refreshers(): Refresher[] {
    const lists = [...this.#lists.values()].map(({ refresher }) => refresher);
    const own = this.#hasOwnKeys ? this.#keys.refresher : null;
    return own === null ? lists : [...lists, own];
  }

  /** The refresh that a refused token waits for; `null` when none would help, or none may start now. */
  wantedFor(outcome: Verdict | Refusal, now: number): Refresher | null {
    if (outcome.code !== "ERR_STATUS_LIST_UNAVAILABLE" && outcome.code !== "ERR_STATUS_LIST_EXPIRED") return null;
    const list = this.#followed(String(outcome.details["uri"]));
    list.neededAt = now;
    return list.refresher.permitted(now) ? list.refresher : null;
  }

  /** An accepted token needed its list just now. */
  note(claims: Claims, now: number): void {
    const list = this.#lists.get(uriOf(claims));
    if (list !== undefined) list.neededAt = now;
  }

  /** Lets go of lists that no token needed for long. */
  tidy(now: number): void {
    for (const [uri, { neededAt }] of this.#lists) if (now >= neededAt + IDLE_SECONDS) this.#drop(uri);
  }

  /** Why this list is not there. */
  errorOf({ details }: Refusal): unknown {
    return this.#lists.get(String(details["uri"]))?.refresher.error ?? undefined;
  }

  status(): readonly StatusListStatus[] {
    return Object.freeze([...this.#lists.values()].map((list) => list.status()).filter((status) => status !== null));
  }

  #followed(uri: string): FollowedList {
    const followed = this.#lists.get(uri);
    if (followed !== undefined) return followed;
    if (this.#lists.size >= this.#source.maxLists) this.#drop(this.#leastNeeded());
    const maxBytes = this.#source.maxBytes * 2 + ENVELOPE_BYTES;
    const list = new FollowedList(uri, this.#core, this.#keys, maxBytes, this.#transport, this.#surroundings);
    this.#lists.set(uri, list);
    return list;
  }

  /** Rather one that is there than one that somebody waits for. */
  #leastNeeded(): string {
    const isWaitedFor = ({ refresher }: FollowedList) => Number(refresher.running);
    const [first] = [...this.#lists.values()].sort(
      (one, other) => isWaitedFor(one) - isWaitedFor(other) || one.neededAt - other.neededAt,
    );
    return first?.uri ?? "";
  }

  #drop(uri: string): void {
    const list = this.#lists.get(uri);
    if (list !== undefined) list.isDropped = true;
    this.#lists.delete(uri);
    this.#core.dropStatusList(uri);
  }
}

/** The keys that sign lists go to a place of their own. */
function keysOf(core: StatusListTaker): ConstructorParameters<typeof Keys>[0] {
  return {
    setKeys: (jwkSet) => ({ accepted: core.setStatusKeys(jwkSet), refused: [] }),
    setSecret: () => {},
  };
}

/** The list that claims refer to, which the core has judged; `""` without one. */
function uriOf({ status }: Claims): string {
  const list = status !== null && typeof status === "object" && "status_list" in status ? status.status_list : null;
  return list !== null && typeof list === "object" && "uri" in list ? String(list.uri) : "";
}

/** A list that no accepted token needed for an hour is not fetched any more. */
const IDLE_SECONDS = 3_600;

/** As the core has it: header, claims and signature around the list. */
const ENVELOPE_BYTES = 8_192;
