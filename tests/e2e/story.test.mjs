// The story on the page: each of the five revocations kills what it should, in the browser's own view, and nothing else.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { everyoneAnswered, openPage, refusedExactly, signInAsAlice, startBrowser, startDemo } from "./demo-page.mjs";

const ROUNDS = [
  { kind: "token", title: "This token", refused: ["own", "thief"] },
  { kind: "session", title: "This session", refused: ["own", "thief"] },
  { kind: "subject", title: "This user, everywhere", refused: ["own", "thief", "phone"] },
  { kind: "organization", title: "The whole organisation", refused: ["own", "thief", "phone", "dave"] },
  { kind: "key", title: "The signing key", refused: ["own", "thief", "phone", "dave", "bob"] },
];

describe("story", () => {
  let demo, browser, page, problems;

  before(async () => {
    demo = await startDemo();
    browser = await startBrowser();
    ({ page, problems } = await openPage(browser, demo.site.origin));
    await signInAsAlice(page);
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  it("signed_in_user_is_accepted_by_edge_and_page", async () => {
    await page.waitForFunction(() =>
      [...document.querySelectorAll(".verdict")].every((card) => card.dataset.outcome === "ok"),
    );
    const codes = await page.locator(".verdict .code").allTextContents();
    assert.deepEqual(codes, ["ACCEPTED", "ACCEPTED"]);
  });

  it("token_panel_shows_header_and_claims_of_the_chosen_holder", async () => {
    const members = await page.locator("#token dt").allTextContents();
    for (const member of ["alg", "typ", "kid", "iss", "sub", "aud", "exp", "iat", "jti", "sid"])
      assert.ok(members.includes(member), member);
    assert.match(await page.locator("#token-hint").textContent(), /would expire by itself in 1[45]:\d\d/);
  });

  for (const { kind, title, refused } of ROUNDS) {
    it(`revoked_${kind}_refuses_what_it_reaches_and_nothing_else`, async () => {
      await page.locator(`[data-kind=${kind}]`).click();
      await refusedExactly(page, refused);
      await page
        .getByText(/^(?:All \d copies|The one copy) refused after [\d,]+ ms/)
        .first()
        .waitFor();
      assert.match(
        await page.locator("#timeline-hint").textContent(),
        new RegExp(`^${title}: dead at the edge after [\\d,]+ ms$`),
      );
      assert.deepEqual(await page.locator(".verdict .code").allTextContents(), [
        "ERR_REVOCATION_REVOKED",
        "ERR_REVOCATION_REVOKED",
      ]);
      assertTimeline(await page.locator(".step-row .ms").allTextContents());
      await signInAgain(page);
    });
  }

  it("thief_keeps_the_dead_copy_when_only_the_user_signs_in_again", async () => {
    await page.locator("[data-kind=token]").click();
    await refusedExactly(page, ["own", "thief"]);
    await page
      .locator(".holder", { has: page.locator("#holder-own") })
      .getByRole("button", { name: "Sign in again" })
      .click();
    await refusedExactly(page, ["thief"]);
    await page.getByRole("button", { name: "Steal the new token" }).click();
    await everyoneAnswered(page);
  });

  it("whole_story_logs_no_error", () => {
    assert.deepEqual(problems, []);
  });
});

/** Acknowledged, published and seen follow one another; the refusal comes after the acknowledgement. */
function assertTimeline(texts) {
  const [acknowledged, published, seen, refused] = texts.map((text) => Number(text.replace(/[ ,ms]/g, "")));
  assert.ok(acknowledged > 0 && acknowledged <= published && published <= seen, `${texts}`);
  assert.ok(refused > 0 && refused < 15_000, `${texts}`);
}

async function signInAgain(page) {
  await page.getByRole("button", { name: "Sign everyone in again" }).click();
  await everyoneAnswered(page);
}
