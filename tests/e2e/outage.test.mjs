// What the page says and does when a part is gone.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openPage, signInAsAlice, startBrowser, startDemo } from "./demo-page.mjs";

describe("outage", () => {
  let demo, browser, page;

  before(async () => {
    demo = await startDemo();
    browser = await startBrowser();
    ({ page } = await openPage(browser, demo.site.origin));
    await signInAsAlice(page);
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  it("stopped_authority_is_shown_and_checks_go_on", async () => {
    await demo.authority.stop();
    await page
      .getByText(/^The authority does not answer\. Checks go on with the last snapshot until \d\d:\d\d:\d\d UTC/)
      .waitFor({ timeout: 20_000 });
    assert.equal(await page.locator("#health li").first().locator(".dot").getAttribute("class"), "dot bad");
    assert.equal(await page.locator(".holder .badge.ok").count(), 5);
  });

  it("revocation_without_authority_says_so_and_revokes_nothing", async () => {
    await page.locator("[data-kind=token]").click();
    await page
      .getByRole("log")
      .getByText(/^This token: The authority does not answer/)
      .waitFor();
    assert.equal(await page.locator(".holder .badge.ok").count(), 5);
    assert.ok(await page.locator("[data-kind=token]").isEnabled());
  });

  it("stopped_edge_is_shown_on_every_holder", async () => {
    await demo.edge.stop();
    await page
      .getByText("The edge worker does not answer. Calls are repeated until it is back.")
      .waitFor({ timeout: 20_000 });
    await page.waitForFunction(() => document.querySelectorAll(".holder .badge.lost").length === 5);
  });
});
