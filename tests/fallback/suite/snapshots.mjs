/** The snapshot reader, by editions that a publisher wrote: what is revoked is refused, whatever way led there. */
import { fromBase64 } from "./octets.mjs";
import { secretSigner } from "./signer.mjs";
import { NOW, outcome, POLICY } from "./verifiers.mjs";

/** Runs everything; answers what was counted, and what went wrong in words. */
export async function runSnapshots(modules, fixtures) {
  const suite = new Suite(modules, fixtures, await secretSigner());
  await suite.answersOfTheSeries();
  await suite.policyDecidesWithoutAnAnswer();
  await suite.manifestsThatMustNotCount();
  await suite.changedBytes();
  await suite.marks();
  await suite.parts();
  return { checks: suite.checks, wrong: suite.wrong };
}

class Suite {
  checks = 0;
  wrong = [];
  #modules;
  #fixtures;
  #signer;

  constructor(modules, fixtures, signer) {
    this.#modules = modules;
    this.#fixtures = fixtures;
    this.#signer = signer;
  }

  /** One verifier goes from edition to edition, others begin at each: both say the same. */
  async answersOfTheSeries() {
    const { series, lastRevoked } = this.#fixtures;
    const follower = this.#verifier();
    let deltas = 0;
    for (const [at, edition] of series.entries()) {
      const plan = await load(follower, edition);
      deltas += plan.needed.every(({ kind }) => kind === "delta") ? 1 : 0;
      const beginner = this.#verifier();
      await load(beginner, edition);
      for (const verifier of [follower, beginner]) await this.#judged(verifier, at < lastRevoked, `edition ${at + 1}`);
      const [one, other] = [follower, beginner].map((verifier) => verifier.subscription.snapshot(NOW));
      this.#equal([one.version, one.entries], [other.version, other.entries], `status of edition ${at + 1}`);
    }
    this.#equal(deltas > 0, true, "an edition is reached by deltas");
  }

  async policyDecidesWithoutAnAnswer() {
    const { series, otherIssuer, victims } = this.#fixtures;
    const [{ token: stolen }] = await this.#tokens(victims);
    const innocent = await this.#token({ exp: NOW + 7_200 });
    for (const [edition, now, reason] of [
      [null, NOW, "no_snapshot"],
      [series[0], NOW + 3_600, "expired"],
      [otherIssuer, NOW, "issuer_not_enrolled"],
    ]) {
      const [strict, lenient] = [this.#verifier(), this.#verifier({ onNotCovered: "accept" })];
      for (const verifier of [strict, lenient]) if (edition !== null) await load(verifier, edition);
      const refused = await outcome(() => strict.verify(innocent, now));
      this.#equal([refused.code, refused.details], ["ERR_REVOCATION_NOT_COVERED", { reason }], reason);
      const accepted = await outcome(() => lenient.verify(innocent, now));
      this.#equal([accepted.code, accepted.revocation], ["ACCEPTED", "not_covered"], reason);
    }
    const [strict, lenient] = [this.#verifier({ onStale: "reject" }), this.#verifier()];
    for (const verifier of [strict, lenient]) await load(verifier, series[0]);
    const stale = await outcome(() => strict.verify(innocent, NOW + 300));
    this.#equal(
      [stale.code, stale.details],
      ["ERR_SNAPSHOT_STALE", { now: NOW + 300, nextUpdate: NOW + 300 }],
      "stale",
    );
    this.#equal((await lenient.verify(innocent, NOW + 300)).snapshot.freshness, "stale", "stale is told");
    const late = await outcome(() => lenient.verify(stolen, NOW + 599));
    this.#equal(late.code, "ERR_REVOCATION_REVOKED", "revoked in a stale snapshot");
    const many = await this.#token({ org_id: Array.from({ length: 257 }, (_, at) => `x-${at}`) });
    const asked = await outcome(() => lenient.verify(many, NOW));
    this.#equal(
      [asked.code, asked.details],
      ["ERR_REVOCATION_NOT_COVERED", { reason: "too_many_values" }],
      "many values",
    );
    const mistyped = await outcome(async () => lenient.verify(await this.#token({ org_id: 7 }), NOW));
    this.#equal([mistyped.code, mistyped.details], ["ERR_CLAIM_TYPE", { claim: "org_id" }], "mistyped");
  }

  async manifestsThatMustNotCount() {
    const { series, sameEdition, otherTenant } = this.#fixtures;
    const verifier = this.#verifier();
    await load(verifier, series[1]);
    const offered = (edition, now = NOW, part = "whole") => outcome(() => offer(verifier, edition, now, part));
    const codes = [
      (await offered(series[0])).code,
      (await offered(sameEdition)).code,
      (await offered(otherTenant)).code,
      (await offered(series[2], NOW - 200)).code,
      (await offered(series[2], NOW + 3_600)).code,
      (await offered(series[2], NOW, "common")).code,
    ];
    const findings = ["ROLLED_BACK", "EQUIVOCATION", "TENANT", "FROM_FUTURE", "EXPIRED"].map(
      (name) => `ERR_MANIFEST_${name}`,
    );
    // The clock of the fourth is behind the newest signed time, which counts instead.
    findings[3] = undefined;
    this.#equal(codes, [...findings, "ERR_POLICY_INVALID"], "manifests that must not count");
    const early = this.#verifier();
    const future = await outcome(() => offer(early, series[0], NOW - 200));
    this.#equal(future.code, "ERR_MANIFEST_FROM_FUTURE", "a manifest from the future");
    const shards = this.#verifier({ profile: "parts" });
    const part = await outcome(() => offer(shards, series[0], NOW, "common"));
    this.#equal([part.code, part.details], ["ERR_MANIFEST_PART", { expected: "common", got: "whole" }], "another part");
    const stranger = this.#verifier({ publisherKeys: ["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"] });
    this.#equal((await outcome(() => offer(stranger, series[0], NOW))).code, "ERR_MANIFEST_KEY_UNKNOWN", "another key");
    await this.#judged(verifier, true, "after refused manifests");
  }

  /** No bit of a manifest or an object can be changed, and neither can be cut. */
  async changedBytes() {
    const { series } = this.#fixtures;
    const verifier = this.#verifier();
    await load(verifier, series[0]);
    const genuine = fromBase64(series[1].manifest);
    for (const broken of spoilt(genuine)) {
      const { code } = await outcome(() => offer(verifier, { ...series[1], manifest: broken }, NOW));
      this.#equal(/^ERR_MANIFEST_/.test(code), true, `changed manifest: ${code}`);
    }
    const beginner = this.#verifier();
    const { needed } = await offer(beginner, series[0], NOW);
    for (const { sha256 } of needed) {
      for (const broken of spoilt(fromBase64(series[0].objects[sha256]))) {
        await beginner.subscription.prepare(broken);
        const { code } = await outcome(() => beginner.subscription.offerObject("whole", broken));
        this.#equal(code, "ERR_OBJECT_MISMATCH", "changed object");
      }
    }
    this.#equal((await outcome(() => beginner.subscription.commit(["whole"]))).code, "ERR_OBJECT_MISSING", "commit");
    await this.#judged(verifier, true, "after changed bytes");
  }

  /** A stored mark outlives the verifier, and nothing else is one. */
  async marks() {
    const { series } = this.#fixtures;
    const first = this.#verifier();
    await load(first, series[1]);
    const mark = first.subscription.highWater("whole");
    const next = this.#verifier();
    for (const broken of spoilt(mark)) {
      this.#equal(next.subscription.restoreHighWater("whole", broken), false, "damaged mark");
    }
    this.#equal([mark.length, next.subscription.restoreHighWater("whole", mark)], [90, true], "mark");
    this.#equal((await outcome(() => offer(next, series[0], NOW))).code, "ERR_MANIFEST_ROLLED_BACK", "below the mark");
    await load(next, series[1]);
  }

  /** The common part and the shard of a token's subject say together what the whole says. */
  async parts() {
    const { subjects, whole, common, shards, laterShards } = this.#fixtures.parts;
    const [complete, parted] = [this.#verifier(), this.#verifier({ profile: "parts" })];
    await load(complete, whole);
    await load(parted, common, NOW, "common");
    for (const [at, sub] of subjects.entries()) {
      const shard = parted.subscription.shardFor(POLICY.issuer, sub);
      const tokens = await Promise.all(
        [{}, { jti: `stolen-${at}` }, { jti: `lost-${at}` }].map((claims) => this.#token({ sub, ...claims })),
      );
      if (!parted.subscription.snapshot(NOW).parts.includes(shard)) {
        const found = await outcome(() => parted.verify(tokens[0], NOW));
        const told = ["ERR_REVOCATION_NOT_COVERED", { reason: "shard_not_loaded", shard }];
        this.#equal([found.code, found.details], told, `${sub} before its shard`);
        const lost = await outcome(() => parted.verify(tokens[2], NOW));
        this.#equal(lost.code, "ERR_REVOCATION_REVOKED", `${sub} before its shard, revoked in the common part`);
        const later = await outcome(() => load(parted, laterShards[shard], NOW, shard));
        this.#equal([later.code, later.details?.got], ["ERR_MANIFEST_PART", `${shard} of epoch 2`], "another epoch");
        parted.subscription.abandon(shard);
        await load(parted, shards[shard], NOW, shard);
      }
      for (const token of tokens) {
        const found = await Promise.all(
          [complete, parted].map((verifier) => outcome(() => verifier.verify(token, NOW))),
        );
        const [expected, other] = found.map(({ code, details }) => ({ code, details }));
        this.#equal(other, expected, `${sub}: parts and whole`);
      }
    }
    const [nobodys, shard] = [await this.#token({ sub: undefined }), parted.subscription.shardFor("joe", subjects[0])];
    this.#equal((await parted.verify(nobodys, NOW)).revocation, "checked", "a token without subject");
    const { parts, entries } = parted.subscription.snapshot(NOW);
    this.#equal([parts[0], entries], ["common", complete.subscription.snapshot(NOW).entries], "all parts together");
    parted.subscription.drop(shard);
    this.#equal(parted.subscription.snapshot(NOW).parts.includes(shard), false, "a shard that was dropped");
    this.#equal(parted.subscription.highWater(shard).length, 90, "the mark of a shard that was dropped");
  }

  async #judged(verifier, areRevoked, when) {
    for (const { name, token, details } of await this.#tokens(this.#fixtures.victims)) {
      const found = await outcome(() => verifier.verify(token, NOW));
      const expected = areRevoked ? ["ERR_REVOCATION_REVOKED", details] : ["ACCEPTED", undefined];
      this.#equal([found.code, found.details], expected, `${name}, ${when}`);
    }
    for (const { name, token } of await this.#tokens(this.#fixtures.bystanders)) {
      const { code, revocation } = await outcome(() => verifier.verify(token, NOW));
      this.#equal([code, revocation], ["ACCEPTED", "checked"], `${name}, ${when}`);
    }
  }

  #verifier(revocations = {}) {
    const policy = {
      ...{ publisherKeys: [this.#fixtures.publisherKey], rootKey: null, tenant: "main", profile: "whole" },
      ...{ onStale: "accept", onNotCovered: "reject", ...revocations },
    };
    const verifier = new this.#modules.core.FallbackCore({ ...POLICY, revocations: policy });
    verifier.setSecret(this.#signer.secret, "HS256");
    return verifier;
  }

  #tokens(list) {
    return Promise.all(list.map(async (item) => ({ ...item, token: await this.#token(item.claims, item.kid) })));
  }

  #token(claims, kid) {
    const base = { iss: POLICY.issuer, sub: "user", jti: "t-1", iat: NOW - 60, exp: NOW + 600 };
    return this.#signer.sign(JSON.stringify({ alg: "HS256", kid }), JSON.stringify({ ...base, ...claims }));
  }

  #equal(found, expected, about) {
    this.checks += 1;
    const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
    if (one !== other) this.wrong.push(`${about}: ${one} instead of ${other}`);
  }
}

/** Offers a manifest. @throws what the reader throws */
export async function offer({ subscription }, { manifest }, now, part = "whole") {
  const bytes = typeof manifest === "string" ? fromBase64(manifest) : manifest;
  await subscription.prepare(bytes);
  return subscription.offerManifest(part, bytes, now);
}

/** Takes an edition. @throws what the reader throws */
export async function load(verifier, edition, now = NOW, part = "whole") {
  const plan = await offer(verifier, edition, now, part);
  for (const { sha256 } of plan.needed) {
    const object = fromBase64(edition.objects[sha256]);
    await verifier.subscription.prepare(object);
    verifier.subscription.offerObject(part, object);
  }
  if (!plan.unchanged) verifier.subscription.commit([part]);
  return plan;
}

/** The bytes with one bit of each changed in turn, and cut here and there. */
function* spoilt(genuine) {
  for (let at = 0; at < genuine.length; at += 1) {
    const changed = genuine.slice();
    changed[at] ^= 1 << (at % 8);
    yield changed;
    if (at % 7 === 0) yield genuine.slice(0, at);
  }
}
