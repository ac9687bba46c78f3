// The whole story with the keyboard alone, and what a screen reader is told.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { everyoneAnswered, openPage, refusedExactly, startBrowser, startDemo } from "./demo-page.mjs";

describe("keyboard", () => {
  let demo, browser, page, problems;

  before(async () => {
    demo = await startDemo();
    browser = await startBrowser();
    ({ page, problems } = await openPage(browser, demo.site.origin));
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  it("tab_and_enter_sign_in", async () => {
    await tabTo(page, (element) => element.textContent === "Sign in as Alice");
    await page.keyboard.press("Enter");
    await everyoneAnswered(page);
    assert.equal(await page.evaluate(() => document.activeElement.id), "holders");
  });

  it("arrow_keys_choose_the_holder_to_inspect", async () => {
    await tabTo(page, (element) => element.name === "holder");
    await page.keyboard.press("ArrowDown");
    assert.equal(await page.locator("#verdict-hint").textContent(), "on the token of Thief");
    await page.keyboard.press("ArrowUp");
    assert.equal(await page.locator("#verdict-hint").textContent(), "on the token of Alice, this browser");
  });

  it("focused_revocation_marks_whom_it_reaches_with_a_visible_focus", async () => {
    await tabTo(page, (element) => element.dataset.kind === "session");
    assert.deepEqual(await page.locator(".holder.aimed input").evaluateAll((inputs) => inputs.map(({ id }) => id)), [
      "holder-own",
      "holder-thief",
    ]);
    assert.equal(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "solid");
  });

  it("enter_revokes_and_the_live_log_tells_each_step", async () => {
    await page.keyboard.press("Enter");
    await refusedExactly(page, ["own", "thief"]);
    const log = page.getByRole("log");
    await log.getByText(/copies refused after/).waitFor();
    assert.equal(await log.getAttribute("aria-live"), "polite");
    const told = await log.locator("p span").allTextContents();
    for (const word of [
      /^Revoking this session/,
      /^Acknowledged by the authority/,
      /^Snapshot published/,
      /^This page holds edition/,
      /^Refused at the edge/,
    ]) {
      assert.ok(
        told.some((line) => word.test(line)),
        `${word} in ${told}`,
      );
    }
  });

  it("tab_and_enter_sign_everyone_in_again", async () => {
    await tabTo(page, (element) => element.id === "again");
    await page.keyboard.press("Enter");
    await everyoneAnswered(page);
    assert.deepEqual(problems, []);
  });

  it("every_control_has_a_name", async () => {
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll("button, input, [role=region], [role=log], [role=img]")]
        .filter((element) => element.checkVisibility())
        .filter(
          (element) => !element.textContent.trim() && !element.getAttribute("aria-label") && !element.labels?.length,
        )
        .map((element) => element.outerHTML),
    );
    assert.deepEqual(nameless, []);
  });
});

/** Presses Tab until the focused element is the wanted one; fails after one round through the page. */
async function tabTo(page, wanted) {
  const test = `(${wanted})(document.activeElement)`;
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(test)) return;
  }
  assert.fail(`not reachable by Tab: ${wanted}`);
}
