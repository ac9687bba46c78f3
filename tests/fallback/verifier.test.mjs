/** createVerifier where WebAssembly is really absent: it goes on in plain JavaScript, and says so. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { keyPair } from "../js/support/tokens.mjs";
import { publish } from "../support/publisher.mjs";
import { askChromium, missingChromium } from "./support/chromium.mjs";
import { startServer } from "./support/server.mjs";
import { needsPublisher } from "./support/snapshots.mjs";
import { askWebkit, missingWebkit } from "./support/webkit.mjs";

const BROWSERS = {
  chromium_jitless: { missing: missingChromium(), ask: (address) => askChromium(address, "globalThis.report", 60) },
  webkitgtk_without_wasm: {
    missing: missingWebkit(),
    ask: (address) => askWebkit(address, "return globalThis.report", 60),
  },
};

const now = Math.floor(Date.now() / 1000);
const claims = { iss: "https://issuer.example", aud: "api", sub: "user-1", iat: now - 60, exp: now + 3_600 };
const keys = ["ES256", "RS256", "EdDSA"].map((alg) => keyPair(alg));
const [es256, rs256, eddsa] = keys;
const unknown = keyPair("ES256", "unknown");
const signed = {
  options: { issuer: claims.iss, audience: "api", revocations: null },
  tokens: {
    es256: es256.token(claims),
    rs256: rs256.token(claims),
    eddsa: eddsa.token(claims),
    expired: es256.token({ ...claims, exp: now - 60 }),
    forged: `${es256.token(claims).slice(0, -86)}${eddsa.token(claims).slice(-86)}`,
    unknown: unknown.token(claims),
    malformed: "x",
  },
};

for (const [name, { missing, ask }] of Object.entries(BROWSERS)) {
  describe(name, { ...needs(missing), concurrency: 1 }, () => {
    let server;
    let report;
    const requests = [];
    before(async () => {
      server = await startServer({
        "/signed.json": () => signed,
        ...feed(),
        "/keys.json": () => {
          requests.push("keys");
          return { keys: keys.map(({ jwk }) => jwk) };
        },
      });
      report = await ask(`${server.origin}/page/verifier.html`);
      assert.equal(report.error, undefined);
    });
    after(() => server?.stop());

    test("page_without_webassembly_verifies_and_says_so", () => {
      assert.deepEqual([report.webAssembly, report.init], ["undefined", "ERR_WASM_UNAVAILABLE"]);
      const { core, cache, snapshot, runtime, keys: held, lastError } = report.status;
      assert.deepEqual([core, cache, snapshot, runtime, held.count], ["fallback", null, null, "web", 3]);
      assert.deepEqual([lastError.about, lastError.code], ["core", "ERR_WASM_UNAVAILABLE"]);
    });
    test("tokens_get_the_answers_of_the_core", () => {
      for (const alg of ["es256", "rs256", "eddsa"]) {
        const { code, claims: told, evidence, header } = report.answers[alg];
        assert.deepEqual([code, told, header.alg.toLowerCase()], ["ACCEPTED", claims, alg]);
        assert.deepEqual(evidence, { revocation: "disabled", snapshot: null });
      }
      const codes = ["expired", "forged", "unknown", "malformed"].map((name) => report.answers[name].code);
      assert.deepEqual(codes, [
        "ERR_CLAIM_EXPIRED",
        "ERR_SIGNATURE_INVALID",
        "ERR_KEY_NOT_FOUND",
        "ERR_TOKEN_MALFORMED",
      ]);
      assert.equal(report.answers.expired.name, "RescindError");
    });
    test("unknown_key_id_causes_one_refetch", () => {
      // One by each verifier that lives, one for the unknown kid, and one by the refresh that the feed is tested with.
      assert.equal(requests.length, needsPublisher.skip ? 4 : 6);
    });
    test("checks_without_a_promise_are_refused", () => {
      assert.equal(report.sync.code, "ERR_WASM_UNAVAILABLE");
      assert.match(report.sync.message, /use verify\(\)/);
      assert.deepEqual(report.thrown, { name: "RescindError", code: "ERR_WASM_UNAVAILABLE" });
    });
    test("policy_decides_what_no_snapshot_covers", () => {
      const [strict, lenient] = report.revocations.uncovered;
      assert.deepEqual([strict.code, strict.details.reason], ["ERR_REVOCATION_NOT_COVERED", "no_snapshot"]);
      assert.equal(strict.cause, "ERR_FETCH_STATUS");
      assert.deepEqual([lenient.code, lenient.evidence.revocation], ["ACCEPTED", "not_covered"]);
    });
    test("feed_is_followed_and_revoked_tokens_are_refused", needsPublisher, () => {
      const { before, after } = report.revocations;
      for (const [at, { status, answers }] of [before, after].entries()) {
        assert.deepEqual([status.core, status.snapshot.version, status.lastError.about], ["fallback", at + 1, "core"]);
        assert.deepEqual([answers.innocent.code, answers.innocent.evidence.snapshot.version], ["ACCEPTED", at + 1]);
        assert.deepEqual(
          [answers.stolen.code, answers.stolen.details],
          ["ERR_REVOCATION_REVOKED", { dimension: "token" }],
        );
      }
      assert.equal(before.answers.next.code, "ACCEPTED");
      assert.equal(after.answers.next.code, "ERR_REVOCATION_REVOKED");
    });
    test("closed_verifier_answers_nothing", () => {
      assert.deepEqual(report.closed, ["ERR_VERIFIER_CLOSED", "ERR_VERIFIER_CLOSED"]);
    });
  });
}

/** Two editions of one publisher, the second from the second request on, and tokens that they judge. */
function feed() {
  const publisherKey = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" };
  if (needsPublisher.skip) return { "/revocations.json": () => ({ publisherKey }) };
  const entry = (jti) => ({ type: "token", issuer: claims.iss, jti });
  const edition = (version, insert) => ({
    version,
    issued_at: now + version,
    next_update: now + 600,
    insert,
    remove: [],
  });
  const published = publish([claims.iss], [edition(1, [entry("stolen")]), edition(2, [entry("next")])], {
    is_series: true,
  });
  let asked = 0;
  const manifest = () => {
    asked += 1;
    return published.editions[Math.min(asked, 2) - 1].manifest;
  };
  const objects = published.editions.flatMap((each) => [...each.objects]);
  const tokens = ["innocent", "stolen", "next"].map((jti) => [jti, es256.token({ ...claims, jti })]);
  return {
    "/revocations.json": () => ({ publisherKey: published.publisherKey, now: now + 5, tokens }),
    "/r/main/manifest": manifest,
    ...Object.fromEntries(objects.map(([name, bytes]) => [`/r/main/objects/${name}`, () => bytes])),
  };
}

/** Skipped aloud without the browser; in CI that is a failure. */
function needs(missing) {
  if (missing === null) return {};
  if (process.env.CI) throw new Error(missing);
  console.error(`SKIPPED: ${missing}`);
  return { skip: missing };
}
