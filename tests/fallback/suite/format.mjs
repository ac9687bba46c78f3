/** The vectors of the snapshot format (`tests/format/`): each a few steps, and what comes of every one. */
import { fromHex, toBase64url } from "./octets.mjs";
import { outcome } from "./verifiers.mjs";

/**
 * Vectors in which a verifier folds what it holds into the manifest's base. The fallback fetches that base instead, which
 * these vectors do not offer.
 */
export const FOLDING = [
  ...["update_folds", "update_folds_on_the_way", "update_fold_diverges", "update_after_a_fold_that_diverged"],
  ...["update_fold_drops_what_is_over", "update_fold_keeps_what_is_over"],
];

/** Takes a verifier through every vector. `file` gives the bytes of a file; answers how many steps ran, and which ended otherwise. */
export async function runFormatVectors(modules, index, file) {
  const score = { vectors: 0, steps: 0, wrong: [] };
  for (const vector of index.vectors.filter(({ name }) => !FOLDING.includes(name))) {
    const run = new Run(modules, index, vector, file);
    score.vectors += 1;
    for (const [at, step] of vector.steps.entries()) {
      score.steps += 1;
      const found = await run.step(step);
      if (!isEqual(found, step.expect)) score.wrong.push({ name: vector.name, at, expected: step.expect, found });
    }
  }
  return score;
}

/** One verifier of one part. */
class Run {
  #modules;
  #index;
  #part;
  #file;
  #policy;
  #subscription;

  constructor(modules, index, { part, root }, file) {
    const text = (name) => toBase64url(fromHex(index.keys[name]));
    this.#modules = modules;
    this.#index = index;
    this.#part = part;
    this.#file = file;
    this.#policy = {
      publisherKeys: [text("publisher")],
      rootKey: root ? text("root") : null,
      tenant: index.tenant,
      profile: part === "whole" ? "whole" : "parts",
      onStale: "accept",
      onNotCovered: "reject",
    };
    this.#subscription = new modules["snapshot/subscription"].Subscription(this.#policy, index.tolerance);
  }

  /** `ok`, the code of a refusal, or what a look-up says. */
  async step(step) {
    const { now } = this.#index;
    const bytes = step.file === undefined ? null : await this.#prepared(step.file);
    const objects = await Promise.all((step.objects ?? []).map((name) => this.#prepared(name)));
    const found = await outcome(async () => (await this.#do(step, bytes, objects, step.now ?? now)) ?? "ok");
    return found?.code ?? found;
  }

  async #prepared(name) {
    const bytes = await this.#file(name);
    await this.#subscription.prepare(bytes);
    return bytes;
  }

  #do(step, bytes, objects, now) {
    const [subscription, part] = [this.#subscription, this.#part];
    switch (step.do) {
      case "manifest":
        return void subscription.offerManifest(part, bytes, now);
      case "object":
        return subscription.offerObject(part, bytes);
      case "commit":
        return subscription.commit([part]);
      case "load":
        subscription.offerManifest(part, bytes, now);
        for (const object of objects) subscription.offerObject(part, object);
        return subscription.commit([part]);
      case "keys":
        return void subscription.offerKeys(bytes);
      case "high_water":
        return subscription.restoreHighWater(part, bytes) ? "ok" : "refused";
      case "look_up":
        return this.#lookUp(step.token, now);
    }
    throw new Error(`no such step: ${step.do}`);
  }

  async #lookUp({ kid = null, ...claims }, now) {
    const { Identity } = this.#modules["snapshot/identity"];
    const identity = new Identity(new Map(Object.entries(claims)), kid);
    const revocations = { policy: this.#policy, subscription: this.#subscription };
    const { judgeRevocation } = this.#modules.revocation;
    const found = await outcome(() => judgeRevocation(revocations, claims.iss, identity, now));
    return answerOf(found);
  }
}

function answerOf({ code, details, revocation }) {
  if (code === undefined) return revocation === "checked" ? {} : { revocation };
  // A value of another type is none; the verifier refuses the token then, once nothing else does.
  if (code === "ERR_CLAIM_TYPE") return {};
  if (code === "ERR_REVOCATION_NOT_COVERED") return { not_covered: details.reason };
  const { dimension: revoked, ...told } = details;
  return { revoked, ...told };
}

function isEqual(one, other) {
  const text = (value) => JSON.stringify(value, Object.keys(Object(value)).sort());
  return typeof one === "object" && typeof other === "object" ? text(one) === text(other) : one === other;
}
