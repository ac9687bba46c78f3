// How the page looks: light, dark and on a phone, before and after a revocation. The pictures are kept in test-results/e2e.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  desktop,
  keepScreenshot,
  openPage,
  phone,
  refusedExactly,
  signInAsAlice,
  startBrowser,
  startDemo,
} from "./demo-page.mjs";

const LOOKS = [
  { name: "light", options: { ...desktop, colorScheme: "light" }, paper: "rgb(245, 244, 240)" },
  { name: "dark", options: { ...desktop, colorScheme: "dark" }, paper: "rgb(15, 17, 21)" },
  { name: "phone", options: { ...phone, colorScheme: "light", reducedMotion: "reduce" }, paper: "rgb(245, 244, 240)" },
];

describe("pictures", () => {
  let demo, browser;

  before(async () => {
    demo = await startDemo();
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  for (const { name, options, paper } of LOOKS) {
    it(`${name}_page_fits_its_width_and_follows_the_system_theme`, async () => {
      const { page, problems, close } = await openPage(browser, demo.site.origin, options);
      await keepScreenshot(page, `sign-in-${name}`);
      await signInAsAlice(page);
      await page.waitForTimeout(6_000); // a history worth a picture
      await page.locator("[data-kind=organization]").click();
      await refusedExactly(page, ["own", "thief", "phone", "dave"]);
      await page
        .getByText(/copies refused after/)
        .first()
        .waitFor();
      await page.waitForTimeout(2_000);
      await keepScreenshot(page, `demo-${name}`);
      assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), paper);
      assert.equal(await overflow(page), 0);
      assert.deepEqual(problems, []);
      await close();
    });
  }

  it("chosen_theme_wins_over_the_system_and_is_remembered", async () => {
    const { page, close } = await openPage(browser, demo.site.origin, { ...desktop, colorScheme: "light" });
    await page.getByRole("button", { name: "Theme: system" }).click();
    await page.getByRole("button", { name: "Theme: light" }).click();
    await page.reload();
    await page.getByRole("button", { name: "Theme: dark" }).waitFor();
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(15, 17, 21)");
    await close();
  });
});

/** Pixels by which the page is wider than its window. */
function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
