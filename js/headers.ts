import type { Header } from "./types.js";

/** Headers of accepted tokens. Issuers repeat the same one in every token: it is parsed once and remembered. */
export class Headers {
  readonly #known = new Map<string, Known>();
  #last: Known = NONE;

  /** The header of this token, if another one had the same segment. */
  find(token: string): Header | undefined {
    if (token.startsWith(this.#last.segment)) return this.#last.header;
    const known = this.#known.get(token.slice(0, token.indexOf(".") + 1));
    if (known !== undefined) this.#last = known;
    return known?.header;
  }

  /** `segment`: text of its own with the dot, not a piece of the token that it would keep in memory. */
  remember(segment: string, header: Header): void {
    if (segment.length > MAX_LENGTH) return;
    if (this.#known.size >= MAX_HEADERS) this.#known.clear();
    this.#last = { segment, header };
    this.#known.set(segment, this.#last);
  }
}

interface Known {
  /** The first segment of a token, with its dot. */
  readonly segment: string;
  readonly header: Header | undefined;
}

/** No accepted token begins with a dot. */
const NONE: Known = { segment: ".", header: undefined };

/** A few per key in use. */
const MAX_HEADERS = 64;

/** Characters of a segment: longer ones carry something of their own. */
const MAX_LENGTH = 1_400;
