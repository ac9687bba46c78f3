// The page: the steps of the story, wired together.
import { Cast } from "./cast.js";
import { edgeAnswers } from "./edge.js";
import { byId } from "./element.js";
import { createHealthPanel } from "./health-panel.js";
import { createHoldersPanel } from "./holders-panel.js";
import { kindsOfRevocation, reached } from "./kinds.js";
import { Revocation } from "./revocation.js";
import { createRevokePanel } from "./revoke-panel.js";
import { createSignInPanel } from "./sign-in-panel.js";
import { createSnapshotPanel } from "./snapshot-panel.js";
import { loadSystem } from "./system.js";
import { createTimelinePanel } from "./timeline-panel.js";
import { createTokenPanel } from "./token-panel.js";
import { createVerdictPanel } from "./verdict-panel.js";

const RENDER_MS = 250;
const PROBE_MS = 2000;

class Page {
  #system;
  #verifier = null;
  #verifierFailed = false;
  /** @type {Cast | null} */
  #cast = null;
  /** @type {import("./holder.js").Holder | null} */
  #chosen = null;
  /** @type {Revocation | null} */
  #revocation = null;
  #error = null;
  #edgeAnswers = true;

  constructor(system) {
    this.#system = system;
    this.health = createHealthPanel();
    this.snapshot = createSnapshotPanel();
    this.timeline = createTimelinePanel();
    this.verdict = createVerdictPanel();
    this.token = createTokenPanel(system);
    this.signIn = createSignInPanel(system.accounts, (account) => this.#attempt(() => this.#open(account)));
    this.holders = createHoldersPanel({
      select: (holder) => this.#choose(holder),
      again: (holder) => this.#attempt(() => this.#again(holder)),
    });
    this.revoke = createRevokePanel(kindsOfRevocation(system.organizationClaim), {
      revoke: (kind) => this.#revoke(kind),
      aim: (kind) =>
        this.holders.aim(
          kind === null || this.#chosen?.token === null ? [] : reached(kind, this.#chosen.token, this.#cast.holders),
        ),
      again: () => this.#attempt(() => this.#cast.signInAll()),
    });
    byId("sign-out").addEventListener("click", () => this.#close());
    byId("build").textContent =
      `rescind ${system.version} · edge and page ask for a new snapshot every ${system.revocations.pollSeconds} s`;
    setInterval(() => this.#render(), RENDER_MS);
    this.#probe();
  }

  /** The verifier is loaded beside the page: the story can be played at the edge without it. */
  async startVerifier() {
    try {
      const { PageVerifier } = await import("./page-verifier.js");
      this.#verifier = await PageVerifier.create(this.#system);
      this.#verifierFailed = false;
    } catch (error) {
      this.#verifierFailed = true;
      this.timeline.say(`The verifier in this page did not start: ${error.message}`, "bad");
      setTimeout(() => this.startVerifier(), 2000);
    }
  }

  async #open(account) {
    const cast = new Cast(this.#system, account);
    await cast.signInAll().catch((error) => {
      cast.stop();
      throw error;
    });
    this.#cast = cast;
    for (const holder of cast.holders) holder.addEventListener("answer", () => this.#render());
    cast.addEventListener("round", () => this.timeline.say("New tokens were handed out."));
    this.#show(true);
    this.holders.show(cast);
    this.timeline.say(`${account.name} signed in. The thief copied the token.`);
    byId("holders").focus({ preventScroll: true });
    byId("holders").scrollIntoView({ block: "start" });
  }

  #close() {
    this.#cast.stop();
    this.#cast = null;
    this.#revocation = null;
    this.#show(false);
    byId("accounts").querySelector("button").focus();
  }

  #show(playing) {
    this.signIn.show(!playing);
    for (const id of ["holders", "revoke", "timeline", "evidence"]) byId(id).hidden = !playing;
  }

  /** While no one calls the edge, the page asks now and then whether it is there. */
  async #probe() {
    if (this.#cast === null) this.#edgeAnswers = await edgeAnswers(this.#system.edge);
    setTimeout(() => this.#probe(), PROBE_MS);
  }

  #choose(holder) {
    this.#chosen = holder;
    this.#render();
  }

  async #again(holder) {
    if (holder.stolen) return this.#cast.steal();
    await this.#cast.signInAgain(holder);
    this.holders.refresh();
  }

  #revoke(kind) {
    const hit = reached(kind, this.#chosen.token, this.#cast.holders);
    this.#revocation = new Revocation({
      kind,
      holder: this.#chosen,
      reached: hit,
      others: this.#cast.holders.filter((one) => !hit.includes(one)),
      system: this.#system,
      verifier: this.#verifier,
    });
    this.#revocation.addEventListener("end", () => this.#render());
    this.timeline.follow(this.#revocation);
    this.#revocation.run();
    byId("steps").scrollIntoView({ block: "nearest" });
    this.#render();
  }

  /** Runs what a button asked for, and shows why when it fails. */
  async #attempt(action) {
    this.#error = null;
    try {
      await action();
    } catch (error) {
      this.#error = error.message;
    }
    this.#render();
  }

  #render() {
    const health = this.#health();
    this.health.render(health);
    this.snapshot.render(health.snapshot);
    if (this.#cast === null || this.#chosen === null) return;
    const running = this.#revocation !== null && !this.#revocation.ended;
    this.revoke.render({ holder: this.#chosen, holders: this.#cast.holders, running });
    this.verdict.render(this.#chosen, this.#local());
    this.token.render(this.#chosen);
  }

  #local() {
    if (this.#verifier === null || this.#chosen.token === null) return null;
    return { ...this.#verifier.check(this.#chosen.token.text), status: this.#verifier.status() };
  }

  #health() {
    const status = this.#verifier?.status() ?? null;
    const edge =
      this.#cast === null
        ? this.#edgeAnswers
        : this.#cast.holders.some(({ last }) => last === null || last.outcome !== "lost");
    return {
      authority: status === null || status.lastError === null,
      edge,
      page: !this.#verifierFailed,
      snapshot: status?.snapshot ?? null,
      error: this.#error,
    };
  }
}

try {
  const page = new Page(await loadSystem());
  await page.startVerifier();
} catch (error) {
  const notice = byId("notice");
  notice.hidden = false;
  notice.textContent = error.message;
}
