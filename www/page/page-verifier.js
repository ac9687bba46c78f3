// The verifier that runs in this very page: the npm package's browser entry, fed from the authority like any other.
import { createVerifier } from "/packages/rescind";

const SAMPLES = 15;

export class PageVerifier {
  #verifier;
  #samples = [];

  constructor(verifier) {
    this.#verifier = verifier;
  }

  /** @param {import("./system.js").System} system */
  static async create({ issuer, audience, jwksUri, revocations }) {
    return new PageVerifier(await createVerifier({ issuer, audience, typ: "at+jwt", keys: { jwksUri }, revocations }));
  }

  /**
   * The verdict on a token, and the median time one check took of late, in milliseconds.
   * @param {string} token
   */
  check(token) {
    const started = performance.now();
    const verdict = this.#verifier.check(token);
    this.#samples = [...this.#samples, performance.now() - started].slice(-SAMPLES);
    return { verdict, milliseconds: median(this.#samples) };
  }

  /** Fetches keys and snapshot now; what went wrong stands in `status().lastError`. */
  async refresh() {
    await this.#verifier.refresh().catch(() => {});
  }

  status() {
    return this.#verifier.status();
  }

  /** @param {{ epoch: number, version: number }} edition */
  holds({ epoch, version }) {
    const snapshot = this.status().snapshot;
    return snapshot !== null && (snapshot.epoch > epoch || (snapshot.epoch === epoch && snapshot.version >= version));
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
