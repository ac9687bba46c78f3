// Someone with a token who keeps calling the edge: the user's own devices, other users, and the thief.
import { callEdge } from "./edge.js";
import { decodeToken } from "./token.js";

/** How many of the latest calls are remembered. */
export const HISTORY = 48;

/**
 * Emits "answer" after each call and "change" when it gets another token.
 */
export class Holder extends EventTarget {
  /** @type {import("./token.js").DecodedToken | null} */
  token = null;
  /** @type {import("./edge.js").EdgeAnswer | null} */
  last = null;
  /** @type {import("./edge.js").EdgeAnswer["outcome"][]} newest last */
  history = [];
  #origin;
  #timer = 0;

  /**
   * @param {{ id: string, name: string, note: string, stolen?: boolean, account: import("./system.js").Account, everyMs: number, origin: string }} options
   */
  constructor({ id, name, note, stolen = false, account, everyMs, origin }) {
    super();
    this.id = id;
    this.name = name;
    this.note = note;
    this.stolen = stolen;
    this.account = account;
    this.everyMs = everyMs;
    this.#origin = origin;
  }

  /** A thief never stops trying; an honest client stops at a refusal and waits for a new sign-in. */
  get refused() {
    return this.last?.outcome === "bad";
  }

  /** Takes this token in hand and starts calling. @param {string} text */
  hold(text) {
    clearTimeout(this.#timer);
    this.token = decodeToken(text);
    this.last = null;
    this.dispatchEvent(new Event("change"));
    this.#call();
  }

  /** Drops the token; an answer still on its way is ignored. */
  stop() {
    clearTimeout(this.#timer);
    this.token = null;
  }

  async #call() {
    const token = this.token;
    const answer = await callEdge(this.#origin, token.text);
    if (token !== this.token) return;
    this.last = answer;
    this.history = [...this.history, answer.outcome].slice(-HISTORY);
    this.dispatchEvent(new Event("answer"));
    if (this.refused && !this.stolen) return;
    this.#timer = setTimeout(() => this.#call(), Math.max(0, this.everyMs - answer.milliseconds));
  }
}
