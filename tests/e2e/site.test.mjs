// The page server keeps the admin key to itself, and the page to its own policy.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, describe, it } from "node:test";
import { openPage, startBrowser, startDemo } from "./demo-page.mjs";

describe("site", () => {
  let demo;

  before(async () => {
    demo = await startDemo();
  });
  after(() => demo?.stop());

  const post = (path, headers, body) => fetch(demo.site.origin + path, { method: "POST", headers, body });
  const own = () => ({ Origin: demo.site.origin, "Content-Type": "application/json" });

  it("content_security_policy_allows_no_inline_code_and_only_the_two_other_origins", async () => {
    const policy = (await fetch(demo.site.origin)).headers.get("Content-Security-Policy");
    assert.match(policy, /default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self';/);
    assert.ok(policy.includes(`connect-src 'self' ${demo.edge.origin} ${demo.authority.origin};`), policy);
    assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|\*/);
  });

  it("inline_script_added_to_the_page_does_not_run", async () => {
    const browser = await startBrowser();
    const { page } = await openPage(browser, demo.site.origin);
    const outcome = await page.evaluate(() => {
      const { promise, resolve } = Promise.withResolvers();
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => resolve(effectiveDirective));
      const script = document.createElement("script");
      try {
        script.text = "globalThis.ran = true";
      } catch {
        return "refused by trusted types";
      }
      document.head.append(script);
      return globalThis.ran === true ? "ran" : promise;
    });
    await browser.close();
    assert.match(outcome, /^(?:refused by trusted types|script-src-elem|require-trusted-types-for)$/);
  });

  it("command_of_another_origin_is_refused", async () => {
    const response = await post(
      "/demo/revocations",
      { ...own(), Origin: "https://evil.example" },
      JSON.stringify({ type: "key", token: "a.b.c" }),
    );
    assert.equal(response.status, 403);
  });

  it("command_without_an_origin_is_refused", async () => {
    const response = await post("/demo/revocations", { "Content-Type": "application/json" }, "{}");
    assert.equal(response.status, 403);
  });

  it("request_for_another_host_name_is_refused", async () => {
    assert.equal(await statusFor(demo.site.origin, "rebound.example"), 421);
  });

  for (const [name, body] of [
    ["text", "hello"],
    ["an array", "[]"],
    ["null", "null"],
    ["cut JSON", '{"type":"key"'],
  ]) {
    it(`command_with_${name.replace(" ", "_")}_is_a_bad_request`, async () => {
      assert.equal((await post("/demo/revocations", own(), body)).status, 400);
    });
  }

  for (const [name, body] of [
    ["unknown kind", { type: "constructor", token: "e30.e30." }],
    ["no token", { type: "token" }],
    ["token that is not one", { type: "token", token: "x" }],
  ]) {
    it(`revocation_with_${name.replaceAll(" ", "_")}_is_a_bad_request`, async () => {
      assert.equal((await post("/demo/revocations", own(), JSON.stringify(body))).status, 400);
    });
  }

  it("file_outside_the_page_is_not_served", async () => {
    for (const path of [
      "/demo.mjs",
      "/system/site.mjs",
      "/edge/worker.js",
      "/page/..%2f..%2fCargo.toml",
      "/packages/rescind/../../../etc/passwd",
      "/packages/rescind/%2e%2e/x.js",
    ]) {
      assert.equal((await fetch(demo.site.origin + path)).status, 404, path);
    }
  });

  it("wrong_password_shows_the_authority_s_refusal", async () => {
    const response = await post("/demo/sign-in", own(), JSON.stringify({ username: "alice", password: "wrong" }));
    assert.ok(response.status >= 400 && response.status < 500, `${response.status}`);
  });

  it("description_of_the_system_holds_no_admin_key", async () => {
    const text = await (await fetch(`${demo.site.origin}/demo/system`)).text();
    assert.ok(!text.includes(demo.config.apiKey));
    assert.ok(demo.config.apiKey.length >= 32);
  });
});

/** The status for a request that names another host: fetch would not send that header. */
function statusFor(origin, host) {
  const { promise, resolve, reject } = Promise.withResolvers();
  request(origin, { headers: { Host: host } }, (response) => {
    response.resume();
    resolve(response.statusCode);
  })
    .on("error", reject)
    .end();
  return promise;
}
