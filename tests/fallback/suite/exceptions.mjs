/** The reasoned exceptions of a public suite. One that no longer differs fails the run, so that the list stays true. */
export class Exceptions {
  #entries;

  /** From `[{ tcId, expect: "accept" | "reject", why }]`. */
  constructor(list) {
    this.#entries = new Map(list.map(({ tcId, expect }) => [tcId, expect === "accept"]));
  }

  /** What is expected of a case, given its label. */
  expected(id, label) {
    const accept = this.#entries.get(id) ?? label;
    if (this.#entries.has(id) && accept === label) throw new Error(`exception ${id} is the label already: take it out`);
    return accept;
  }
}
