// One revocation from the click to the refusal, timed on this page's clock.
import { revoke } from "./system.js";

const DEADLINE_MS = 15_000;
const ASK_EVERY_MS = 25;

/**
 * @typedef {"acknowledged" | "published" | "seen" | "refused"} StepName
 */

/** Emits "step" whenever a step is reached, and "end" when all are or the time is up. */
export class Revocation extends EventTarget {
  /** @type {Map<StepName, number>} milliseconds since the click */
  steps = new Map();
  /** @type {Map<import("./holder.js").Holder, number>} when each holder was refused */
  refusals = new Map();
  /** @type {{ epoch: number, version: number } | null} first edition that holds it */
  edition = null;
  /** @type {string | null} why it ended early */
  failure = null;
  ended = false;
  startedAt = 0;
  #system;
  #verifier;

  /**
   * @param {{ kind: import("./kinds.js").KindOfRevocation, holder: import("./holder.js").Holder, reached: import("./holder.js").Holder[], others: import("./holder.js").Holder[],
   *   system: import("./system.js").System, verifier: import("./page-verifier.js").PageVerifier | null }} options
   */
  constructor({ kind, holder, reached, others, system, verifier }) {
    super();
    this.kind = kind;
    this.holder = holder;
    this.reached = reached;
    this.others = others;
    this.#system = system;
    this.#verifier = verifier;
  }

  get elapsed() {
    return performance.now() - this.startedAt;
  }

  async run() {
    const tagBefore = await this.#manifestTag();
    this.startedAt = performance.now();
    const refused = this.#watchHolders();
    try {
      const { snapshot } = await revoke(this.kind.type, this.holder.token.text);
      this.edition = snapshot;
      this.#reach("acknowledged");
      await this.#until(async () => (await this.#manifestTag()) !== tagBefore, "published");
      if (this.#verifier !== null) await this.#until(() => this.#pageHolds(snapshot), "seen");
      await this.#inTime(refused);
    } catch (error) {
      this.failure = error.message;
    }
    this.ended = true;
    this.dispatchEvent(new Event("end"));
  }

  /** Resolves when every holder this revocation reaches was refused at the edge. */
  #watchHolders() {
    return Promise.all(this.reached.map((holder) => this.#watch(holder)));
  }

  #watch(holder) {
    const { promise, resolve } = Promise.withResolvers();
    const token = holder.token;
    const look = () => {
      if (holder.token !== token) return finish();
      if (holder.last?.code !== "ERR_REVOCATION_REVOKED") return;
      this.refusals.set(holder, holder.last.at - this.startedAt);
      if (!this.steps.has("refused")) this.#reach("refused", holder.last.at - this.startedAt);
      finish();
    };
    const finish = () => {
      for (const name of ["answer", "change"]) holder.removeEventListener(name, look);
      resolve();
    };
    for (const name of ["answer", "change"]) holder.addEventListener(name, look);
    if (holder.refused) finish();
    return promise;
  }

  async #until(done, step) {
    while (!(await done())) {
      if (this.elapsed > DEADLINE_MS) throw new Error(`not ${step} within ${DEADLINE_MS / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
    this.#reach(step);
  }

  async #pageHolds(edition) {
    await this.#verifier.refresh();
    return this.#verifier.holds(edition);
  }

  #inTime(promise) {
    const late = new Promise((_, reject) =>
      setTimeout(() => reject(new Error(`not refused everywhere within ${DEADLINE_MS / 1000} s`)), DEADLINE_MS),
    );
    return Promise.race([promise, late]);
  }

  #reach(step, at = this.elapsed) {
    this.steps.set(step, at);
    this.dispatchEvent(new CustomEvent("step", { detail: step }));
  }

  /** The manifest is the one address that changes; its entity tag says when. */
  async #manifestTag() {
    try {
      return (await fetch(`${this.#system.revocations.url}/manifest`, { cache: "no-store" })).headers.get("ETag");
    } catch {
      return null;
    }
  }
}
