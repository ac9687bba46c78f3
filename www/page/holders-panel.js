// Step 2: one row for each holder of a token, with a mark for each of its last calls.
import { byId, el } from "./element.js";
import { HISTORY } from "./holder.js";

const OUTCOMES = { ok: "answered", bad: "refused", lost: "without an answer" };

/**
 * @param {{ select: (holder: import("./holder.js").Holder) => void, again: (holder: import("./holder.js").Holder) => Promise<void> }} actions
 */
export function createHoldersPanel(actions) {
  const panel = byId("holders");
  const list = byId("holder-list");
  let rows = [];
  return {
    /** @param {import("./cast.js").Cast} cast */
    show(cast) {
      panel.hidden = false;
      rows = cast.holders.map((holder) => createRow(holder, cast, actions));
      list.replaceChildren(...rows.map(({ element }) => element));
      rows[0].choose();
    },
    hide() {
      panel.hidden = true;
    },
    refresh() {
      for (const row of rows) row.render();
    },
    /** Marks the rows that a revocation would reach. @param {import("./holder.js").Holder[]} holders */
    aim(holders) {
      for (const { holder, element } of rows) element.classList.toggle("aimed", holders.includes(holder));
    },
  };
}

function createRow(holder, cast, { select, again }) {
  const choice = el("input", {
    type: "radio",
    name: "holder",
    id: `holder-${holder.id}`,
    onchange: () => select(holder),
  });
  const strip = el("span", { class: "strip", role: "img" }, ...Array.from({ length: HISTORY }, () => el("i")));
  const badge = el("span", { class: "badge" });
  const action = el("button", { class: "small", type: "button" });
  action.addEventListener("click", async () => {
    action.disabled = true;
    await again(holder);
    action.disabled = false;
  });
  const label = el(
    "label",
    { class: "who", for: choice.id },
    el("strong", {}, holder.name),
    el("span", {}, holder.note),
  );
  const element = el(
    "div",
    { class: holder.stolen ? "holder stolen" : "holder" },
    choice,
    el("span", { class: "avatar", "aria-hidden": "true" }, holder.stolen ? "✕" : holder.name[0]),
    label,
    strip,
    el("span", { class: "state" }, badge, action),
  );
  const render = () => {
    renderStrip(strip, holder);
    renderBadge(badge, holder);
    renderAction(action, holder, cast);
    element.classList.toggle("fallen", holder.refused);
  };
  for (const event of ["answer", "change"]) holder.addEventListener(event, render);
  render();
  return { holder, element, render, choose: () => choice.click() };
}

function renderStrip(strip, { history }) {
  const empty = HISTORY - history.length;
  for (const [index, mark] of [...strip.children].entries())
    mark.className = index < empty ? "" : history[index - empty];
  strip.setAttribute("aria-label", describe(history));
}

function describe(history) {
  const counts = Object.entries(OUTCOMES).map(([outcome, word]) => [
    history.filter((one) => one === outcome).length,
    word,
  ]);
  return `last ${history.length} calls: ${counts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(", ")}`;
}

function renderBadge(badge, { last }) {
  badge.className = `badge ${last?.outcome ?? ""}`;
  badge.textContent =
    last === null
      ? "…"
      : last.outcome === "ok"
        ? `200 · ${last.milliseconds.toFixed(0)} ms`
        : last.outcome === "bad"
          ? `401 ${shortCode(last.code)}`
          : "no answer";
}

const shortCode = (code) =>
  code
    .replace(/^ERR_[A-Z]+_/, "")
    .toLowerCase()
    .replaceAll("_", " ");

function renderAction(action, holder, cast) {
  action.hidden = holder.stolen ? !cast.canSteal : !holder.refused;
  action.textContent = holder.stolen ? "Steal the new token" : "Sign in again";
}
