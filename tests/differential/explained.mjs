/** The reasoned list of disagreements: what is not on it fails the run, and what never happens fails a long one. */
import { readFileSync } from "node:fs";

/**
 * An explanation names a peer, what rescind says, and what the peer says; `kinds` narrows it to some kinds of cases. It
 * covers one direction only, since ACCEPTED stands on one side.
 */
export class Explanations {
  #list = JSON.parse(readFileSync(new URL("explained.json", import.meta.url), "utf8"));
  #used = new Set();

  /** The reason why these two differ here, or null. */
  reason(peer, kind, rescind, other) {
    const found = this.#list.find(
      (one) =>
        one.peer === peer &&
        one.rescind === rescind &&
        one.other === other &&
        (one.kinds === undefined || one.kinds.includes(kind)),
    );
    if (found === undefined) return null;
    this.#used.add(found);
    return found.why;
  }

  /** Explanations that nothing needed. */
  unused() {
    return this.#list.filter((one) => !this.#used.has(one));
  }
}
