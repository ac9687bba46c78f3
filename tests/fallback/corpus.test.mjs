/** The attack corpus, whole. `must` and `strict` have to be 100 %. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { publishStates } from "../corpus/revocations.mjs";
import { ADDRESSES } from "../support/publisher.mjs";
import { corpusPolicy, corpusToken, corpusVerdict, needsSnapshot, runCorpus } from "./suite/corpus.mjs";
import { utf8 } from "./suite/octets.mjs";
import { load } from "./suite/snapshots.mjs";
import { NOW, outcome } from "./suite/verifiers.mjs";
import { loadModules } from "./support/modules.mjs";
import { needsPublisher } from "./support/snapshots.mjs";
import { corpus as readCorpus } from "./support/vectors.mjs";

const modules = await loadModules();
const corpus = readCorpus();

const REVOCATIONS = {
  publisherKeys: ["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"],
  tenant: "main",
  onStale: "accept",
  onNotCovered: "reject",
};

test("every_case_that_needs_no_snapshot_is_right", async () => {
  const score = await runCorpus(modules, corpus);
  console.log(`report: attack corpus, fallback: must ${text(score.must)}, strict ${text(score.strict)}`);
  assert.deepEqual([score.must.of + score.strict.of, score.wrong], [388, []]);
});

test("refusals_name_the_class_of_the_finding", async () => {
  const { codes } = await runCorpus(modules, corpus);
  for (const { id, error } of corpus.cases) {
    const code = codes[id];
    if (error === undefined || code === undefined || code === "ACCEPTED") continue;
    assert.ok(
      CLASSES[error]?.some((area) => code.startsWith(area)),
      `${id}: ${error} but ${code}`,
    );
  }
});

test("cases_that_need_a_snapshot_pass_everything_else", async () => {
  const cases = corpus.cases.filter(needsSnapshot);
  const verdicts = await Promise.all(cases.map((item) => corpusVerdict(modules, corpus, item, null)));
  const others = cases.map(({ id }, at) => [id, verdicts[at].code]).filter(([, code]) => code !== "ACCEPTED");
  // Without iat, which the profile requires, the token is refused before any look-up.
  assert.deepEqual([cases.length, others], [11, WITHOUT_IAT.map((id) => [id, "ERR_CLAIM_MISSING"])]);
});

test("every_case_with_a_revocation_state_is_right", needsPublisher, async () => {
  const items = corpus.cases.filter(({ revoked }) => revoked !== undefined);
  const profiles = items.map((item) => corpusPolicy(corpus, item, null));
  const states = publishStates(
    items.map((item, at) => {
      const { issuer, clockToleranceSeconds: leeway } = profiles[at];
      return { item, profile: { issuer, now: NOW, leeway } };
    }),
  );
  const wrong = [];
  for (const item of items) {
    const found = await stateVerdict(item, states.get(item.id));
    const isRight = (found.code === "ACCEPTED") === (item.expect === "accept");
    const isNamed = item.error !== "revoked" || /^ERR_REVOCATION_REVOKED$|^ERR_CLAIM_MISSING$/.test(found.code);
    if (!isRight || !isNamed) wrong.push(`${item.id}: ${found.code}`);
  }
  assert.deepEqual([items.length > 11, wrong], [true, []]);
});

test("no_case_is_covered_without_a_snapshot_and_the_default_policy_refuses", async () => {
  for (const item of corpus.cases.filter(({ revoked }) => revoked !== undefined)) {
    const strict = await corpusVerdict(modules, corpus, item, REVOCATIONS);
    const lenient = await corpusVerdict(modules, corpus, item, { ...REVOCATIONS, onNotCovered: "accept" });
    if (lenient.code === "ACCEPTED") {
      assert.deepEqual(
        [strict.code, strict.details],
        ["ERR_REVOCATION_NOT_COVERED", { reason: "no_snapshot" }],
        item.id,
      );
      assert.equal(lenient.revocation, "not_covered", item.id);
    } else assert.deepEqual(strict, lenient, item.id);
  }
});

/** The verdict on one case with its own snapshot in force. */
async function stateVerdict(item, { revocations, fetch }) {
  const policy = { ...REVOCATIONS, publisherKeys: [revocations.publisherKeys[0].x] };
  const verifier = new modules.core.FallbackCore(corpusPolicy(corpus, item, policy));
  verifier.setKeys(utf8(JSON.stringify(item.jwks ?? corpus.jwks.main)), "trusted");
  const bytes = async (path) => new Uint8Array(await (await fetch(`${ADDRESSES.feed}/${path}`)).arrayBuffer());
  const manifest = await bytes("manifest");
  await verifier.subscription.prepare(manifest);
  const { needed } = verifier.subscription.offerManifest("whole", manifest, NOW);
  const objects = {};
  for (const { sha256 } of needed) objects[sha256] = Buffer.from(await bytes(`objects/${sha256}`)).toString("base64");
  await load(verifier, { manifest, objects });
  return outcome(() => verifier.verify(corpusToken(item), NOW));
}

function text({ right, of }) {
  return `${right}/${of}`;
}

const WITHOUT_IAT = ["389-sub-no-iat"];

/** The corpus suggests a class, not a code; several codes may be right for one class. */
const CLASSES = {
  malformed: ["ERR_TOKEN_", "ERR_HEADER_"],
  alg: ["ERR_HEADER_ALG", "ERR_KEY_"],
  key: ["ERR_KEY_", "ERR_SIGNATURE_INVALID", "ERR_HEADER_ALG", "ERR_HEADER_KID"],
  signature: ["ERR_SIGNATURE_INVALID", "ERR_KEY_NOT_FOUND"],
  crit: ["ERR_HEADER_CRITICAL", "ERR_HEADER_B64", "ERR_TOKEN_"],
  duplicate: ["ERR_TOKEN_DUPLICATE_MEMBER"],
  too_large: ["ERR_TOKEN_TOO_LARGE"],
  too_deep: ["ERR_TOKEN_TOO_DEEP", "ERR_TOKEN_TOO_LARGE"],
  typ: ["ERR_HEADER_TYP"],
  issuer: ["ERR_CLAIM_ISSUER", "ERR_CLAIM_TYPE"],
  audience: ["ERR_CLAIM_AUDIENCE"],
  missing_claim: ["ERR_CLAIM_MISSING"],
  claims_type: ["ERR_CLAIM_", "ERR_TOKEN_JSON"],
  expired: ["ERR_CLAIM_EXPIRED"],
  not_yet_valid: ["ERR_CLAIM_NOT_YET_VALID", "ERR_CLAIM_ISSUED_IN_FUTURE"],
  lifetime: ["ERR_CLAIM_LIFETIME"],
};
