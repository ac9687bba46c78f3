import { RescindError } from "./errors.js";

/** One event of a stream (HTML standard, §9.2.6): what stood in its `data` lines. */
export interface StreamEvent {
  readonly data: string;
}

/** Reads text/event-stream piece by piece, within bounds: nothing that arrives makes it hold more than a few kB. */
export class EventStream {
  readonly #decoder = new TextDecoder();
  /** The line so far. */
  #line = "";
  #data = "";
  #hasData = false;
  #endedInReturn = false;
  /** Seconds to wait before the next connection, as the other side asks. */
  retrySeconds: number | null = null;

  /** The events that end in this piece. @throws `ERR_FETCH_TOO_LARGE` for lines or events that no hint needs */
  take(piece: Uint8Array): StreamEvent[] {
    const events: StreamEvent[] = [];
    for (const line of this.#lines(this.#decoder.decode(piece, { stream: true }))) {
      if (line !== "") this.#field(line);
      else if (this.#hasData) events.push(this.#event());
    }
    return events;
  }

  /** Complete lines; a line ends in CR, LF, or both. */
  #lines(text: string): string[] {
    const joined = this.#endedInReturn && text.startsWith("\n") ? text.slice(1) : text;
    if (text !== "") this.#endedInReturn = text.endsWith("\r");
    const lines = joined.split(/\r\n|\n|\r/);
    const rest = lines.pop() ?? "";
    const [first] = lines;
    if (first === undefined) {
      this.#line = bounded(this.#line + rest);
      return [];
    }
    lines[0] = bounded(this.#line + first);
    this.#line = bounded(rest);
    return lines;
  }

  /** `data: text`, `retry: milliseconds`; comments and other fields say nothing here. */
  #field(line: string): void {
    const [, name, value = ""] = /^([^:]*)(?::\u0020?(.*))?$/s.exec(bounded(line)) ?? [];
    if (name === "retry" && /^\d{1,9}$/.test(value)) this.retrySeconds = Number(value) / 1000;
    if (name !== "data") return;
    this.#data = bounded(this.#hasData ? `${this.#data}\n${value}` : value);
    this.#hasData = true;
  }

  #event(): StreamEvent {
    const event = { data: this.#data };
    this.#data = "";
    this.#hasData = false;
    return event;
  }
}

function bounded(text: string): string {
  if (text.length <= MAX_CHARACTERS) return text;
  throw new RescindError("ERR_FETCH_TOO_LARGE", `an event has more than ${MAX_CHARACTERS} characters`, {
    limit: MAX_CHARACTERS,
  });
}

/** A hint has about forty; the rest is room for comments that keep a connection open. */
const MAX_CHARACTERS = 4_096;
