// Step 4: the steps of the running or latest revocation on one scale of milliseconds, and the log of all of them.
import { byId, el } from "./element.js";
import { editionText } from "./snapshot-panel.js";

const STEPS = [
  { name: "acknowledged", title: "Acknowledged", where: "on the authority’s disk" },
  { name: "published", title: "Published", where: "in the signed snapshot" },
  { name: "seen", title: "Seen by this page", where: "fetched, verified, swapped in" },
  { name: "refused", title: "Refused at the edge", where: "first 401 for a call" },
];
const LOG_LINES = 60;
const SCALE_MS = 250; // the shortest time the whole width stands for

export function createTimelinePanel() {
  const hint = byId("timeline-hint");
  const log = byId("log");
  const rows = STEPS.map((step) => ({ ...step, ...createRow(step) }));
  byId("steps").replaceChildren(...rows.map(({ element }) => element));
  let current = null;
  renderIdle(hint, rows);

  const say = (text, tone = "") => {
    log.prepend(el("p", { class: tone }, el("time", {}, clock()), el("span", {}, text)));
    while (log.childElementCount > LOG_LINES) log.lastElementChild.remove();
  };

  /** @param {import("./revocation.js").Revocation} revocation */
  const follow = (revocation) => {
    current = revocation;
    say(`Revoking ${revocation.kind.title.toLowerCase()}: ${revocation.holder.name}.`);
    revocation.addEventListener("step", ({ detail }) => say(...sentence(revocation, detail)));
    revocation.addEventListener("end", () => say(...conclusion(revocation)));
    const draw = () => {
      if (current !== revocation) return;
      render(hint, rows, revocation);
      if (!revocation.ended) requestAnimationFrame(draw);
    };
    revocation.addEventListener("end", draw);
    draw();
  };
  return { follow, say };
}

function createRow({ title, where }) {
  const bar = el("i", { class: "bar-fill" });
  const value = el("span", { class: "ms" }, "–");
  const text = el("span", { class: "step-text" }, el("strong", {}, title), el("span", {}, where));
  const element = el(
    "li",
    { class: "step-row" },
    text,
    el("span", { class: "track", "aria-hidden": "true" }, bar),
    value,
  );
  return { element, bar, value };
}

function renderIdle(hint, rows) {
  hint.textContent = "Revoke something: each step is timed from the click.";
  for (const { element } of rows) element.dataset.state = "idle";
}

function render(hint, rows, revocation) {
  const { steps, elapsed, ended, startedAt } = revocation;
  const running = startedAt > 0 && !ended;
  const scale = Math.max(SCALE_MS, ...steps.values(), running ? elapsed : 0);
  hint.textContent = heading(revocation);
  let from = 0;
  for (const { name, element, bar, value } of rows) {
    const at = steps.get(name);
    const to = at ?? (running ? elapsed : from);
    bar.style.left = `${(Math.min(from, to) / scale) * 100}%`;
    bar.style.width = `${(Math.max(0, to - from) / scale) * 100}%`;
    element.dataset.state = at !== undefined ? "done" : running ? "waiting" : revocation.ended ? "missed" : "idle";
    value.textContent = at !== undefined ? milliseconds(at) : running ? milliseconds(elapsed) : "–";
    if (name !== "seen") from = at ?? from; // page and edge poll side by side: both bars start at the publication
  }
}

function heading({ kind, steps, failure, ended }) {
  if (failure !== null) return `${kind.title}: ${failure}`;
  if (steps.has("refused")) return `${kind.title}: dead at the edge after ${milliseconds(steps.get("refused"))}`;
  return ended ? kind.title : `${kind.title}: on its way`;
}

function sentence(revocation, step) {
  const at = milliseconds(revocation.steps.get(step));
  const { edition } = revocation;
  const words = {
    acknowledged: () => `Acknowledged by the authority after ${at}; goes into edition ${editionText(edition)}.`,
    published: () => `Snapshot published after ${at}.`,
    seen: () => `This page holds edition ${editionText(edition)} after ${at}.`,
    refused: () => `Refused at the edge after ${at}.`,
  };
  return [words[step](), step === "refused" ? "bad" : ""];
}

function conclusion({ failure, reached, others, refusals, kind }) {
  if (failure !== null) return [`${kind.title}: ${failure.replace(/\.$/, "")}.`, "bad"];
  const slowest = milliseconds(Math.max(0, ...refusals.values()));
  const copies = reached.length === 1 ? "The one copy" : `All ${reached.length} copies`;
  const answered = others.filter(({ last }) => last?.outcome === "ok").length;
  const rest =
    others.length === 0 ? "no one else holds a token" : `${answered} of ${others.length} others still answered`;
  return [`${copies} refused after ${slowest}; ${rest}.`, "ok"];
}

const milliseconds = (value) => `${Math.round(value).toLocaleString("en")} ms`;
const clock = () => new Date().toISOString().slice(11, 23);
