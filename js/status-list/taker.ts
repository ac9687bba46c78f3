/** How the core is to follow status lists. */
export interface CoreStatusLists {
  readonly uris: readonly string[];
  readonly maxAgeSeconds: number;
  readonly maxBytes: number;
  /** Lists are signed by keys of their own, not by those of tokens. */
  readonly ownKeys: boolean;
}

/** What the core says about a Status List Token. Times are seconds since the Unix epoch. */
export interface ReadStatusList {
  /** The zlib stream of the list. */
  readonly compressed: Uint8Array;
  /** How far it may inflate. */
  readonly maxBytes: number;
  readonly issuedAt: number;
  /** From here on the list says nothing. */
  readonly usableUntil: number;
  /** After how long the provider asks for a fresh copy. */
  readonly ttlSeconds: number | null;
}

/** The part of the core that status lists work on. Methods throw a plain `{ code, message, details }`. */
export interface StatusListTaker {
  followStatusLists(options: CoreStatusLists): void;
  /** Replaces the keys that sign lists; answers how many serve. */
  setStatusKeys(jwkSet: Uint8Array): number;
  /** Judges a Status List Token that came from `uri`. */
  readStatusList(uri: string, token: Uint8Array, now: number): ReadStatusList;
  /** Judges it again, and takes its inflated list. */
  holdStatusList(uri: string, token: Uint8Array, inflated: Uint8Array, now: number): void;
  /** Whether there was one to forget. */
  dropStatusList(uri: string): boolean;
}

/** The core, with `changed` called whenever it may answer differently afterwards. */
export class WatchedStatusLists implements StatusListTaker {
  readonly #core: StatusListTaker;
  readonly #changed: () => void;

  constructor(core: StatusListTaker, changed: () => void) {
    this.#core = core;
    this.#changed = changed;
  }

  followStatusLists(options: CoreStatusLists): void {
    this.#changed();
    this.#core.followStatusLists(options);
  }

  setStatusKeys(jwkSet: Uint8Array): number {
    return this.#core.setStatusKeys(jwkSet);
  }

  readStatusList(uri: string, token: Uint8Array, now: number): ReadStatusList {
    return this.#core.readStatusList(uri, token, now);
  }

  holdStatusList(uri: string, token: Uint8Array, inflated: Uint8Array, now: number): void {
    this.#changed();
    this.#core.holdStatusList(uri, token, inflated, now);
  }

  dropStatusList(uri: string): boolean {
    this.#changed();
    return this.#core.dropStatusList(uri);
  }
}
