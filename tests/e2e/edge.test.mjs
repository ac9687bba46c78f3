// The protected API as a caller meets it: RFC 6750 answers, and nothing for the unauthenticated.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startDemo } from "./demo-page.mjs";

describe("edge", () => {
  let demo;
  let token;

  before(async () => {
    demo = await startDemo();
    const { body } = await demo.client.signIn(demo.description.accounts[0]);
    token = body.access_token;
  });
  after(() => demo?.stop());

  const orders = (headers = {}) => fetch(`${demo.edge.origin}/api/orders`, { headers });

  it("request_without_a_token_is_challenged_without_an_error_code", async () => {
    const response = await orders();
    assert.equal(response.status, 401);
    assert.equal(response.headers.get("WWW-Authenticate"), 'Bearer realm="orders"');
  });

  it("valid_token_gets_its_organisation_s_orders_and_the_evidence", async () => {
    const response = await orders({ Authorization: `Bearer ${token}` });
    const { orders: found, verdict } = await response.json();
    assert.equal(response.status, 200);
    assert.deepEqual(
      found.map(({ id }) => id),
      ["A-1042", "A-1043"],
    );
    assert.equal(verdict.evidence.revocation, "checked");
    assert.equal(verdict.evidence.snapshot.freshness, "fresh");
  });

  it("changed_signature_is_invalid_token", async () => {
    const [header, claims, signature] = token.split(".");
    const changed = `${header}.${claims}.${signature[0] === "A" ? "B" : "A"}${signature.slice(1)}`;
    const response = await orders({ Authorization: `Bearer ${changed}` });
    assert.equal(response.status, 401);
    assert.match(
      response.headers.get("WWW-Authenticate"),
      /^Bearer realm="orders", error="invalid_token", error_description="ERR_SIGNATURE_INVALID"$/,
    );
    assert.equal((await response.json()).code, "ERR_SIGNATURE_INVALID");
  });

  for (const [name, value, code] of [
    ["not_a_token", "Bearer hello", "ERR_TOKEN_MALFORMED"],
    ["an_unsigned_token", "Bearer eyJhbGciOiJub25lIn0.e30.", "ERR_HEADER_ALG_NOT_ALLOWED"],
    ["a_huge_token", `Bearer ${"a".repeat(12_000)}.b.c`, "ERR_TOKEN_TOO_LARGE"],
    ["another_scheme", "Basic YTpi", "TOKEN_MISSING"],
    ["a_token_with_a_space", "Bearer a b", "TOKEN_MISSING"],
  ]) {
    it(`${name}_is_refused_with_its_own_code`, async () => {
      const response = await orders({ Authorization: value });
      assert.deepEqual([response.status, (await response.json()).code], [401, code]);
    });
  }

  it("instance_keeps_verifying_after_bad_tokens", async () => {
    assert.equal((await orders({ Authorization: `Bearer ${token}` })).status, 200);
  });

  it("preflight_of_the_page_is_allowed_and_names_only_the_page", async () => {
    const response = await fetch(`${demo.edge.origin}/api/orders`, { method: "OPTIONS" });
    assert.equal(response.status, 204);
    assert.equal(response.headers.get("Access-Control-Allow-Origin"), demo.site.origin);
    assert.equal(response.headers.get("Access-Control-Allow-Headers"), "Authorization");
  });

  it("other_methods_and_addresses_are_typed_errors", async () => {
    const posted = await fetch(`${demo.edge.origin}/api/orders`, { method: "POST" });
    assert.deepEqual([posted.status, posted.headers.get("Allow")], [405, "GET, OPTIONS"]);
    assert.equal((await fetch(`${demo.edge.origin}/nothing`)).status, 404);
  });
});
