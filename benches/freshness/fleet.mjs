/** The processes of verifiers, as one. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("verifiers.mjs", import.meta.url));

export class Fleet {
  #children = [];
  #watching = new Map();
  #failure;
  /** Rejects when a process fails: whatever is awaited is awaited together with it. */
  #failed = new Promise((_, reject) => {
    this.#failure = reject;
  });
  #onEnforced;

  /** `onEnforced({ id, verifier, at })`: a verifier refuses a token from then on. */
  constructor(onEnforced) {
    this.#onEnforced = onEnforced;
    this.#failed.catch(() => {});
  }

  /** Starts them, and waits until all hold a snapshot (and listen). */
  async start({ verifiers, processes, ...settings }) {
    const share = Math.ceil(verifiers / processes);
    const ready = [];
    for (let offset = 0; offset < verifiers; offset += share) {
      const count = Math.min(share, verifiers - offset);
      const child = fork(PROGRAM, [JSON.stringify({ ...settings, offset, count })]);
      this.#children.push(child);
      ready.push(new Promise((resolve) => child.on("message", (message) => this.#take(message, resolve))));
      child.on("exit", (code) => this.#failure(new Error(`a process of verifiers ended with ${code}`)));
    }
    await this.together(Promise.all(ready));
  }

  #take({ watching, enforced = [] }, ready) {
    for (const one of enforced) this.#onEnforced(one);
    if (watching === undefined) return ready();
    const batch = this.#watching.get(watching);
    batch.missing -= 1;
    return batch.missing === 0 ? batch.resolve() : undefined;
  }

  /** Has all of them ask for these tokens; resolves when every verifier has accepted each. */
  watch(batch, tokens) {
    const watched = new Promise((resolve) => {
      this.#watching.set(batch, { missing: this.#children.length, resolve });
    });
    for (const child of this.#children) child.send({ batch, tokens });
    return this.together(watched);
  }

  /** The promise, unless a process fails before. */
  together(promise) {
    return Promise.race([promise, this.#failed]);
  }

  async stop() {
    const gone = this.#children.map((child) => {
      child.removeAllListeners("exit");
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      return child.exitCode === null && child.signalCode === null ? ended : null;
    });
    await Promise.all(gone);
  }
}
