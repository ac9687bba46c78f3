// What two verifiers say about the chosen holder's token, and by which snapshot: the edge worker, and this page.
import { byId, el } from "./element.js";
import { editionText, snapshotFacts } from "./snapshot-panel.js";

const REASONS = {
  ACCEPTED: "Signature, claims and revocation hold.",
  WAITING: "No answer yet.",
};

export function createVerdictPanel() {
  const hint = byId("verdict-hint");
  const edge = createCard("At the edge", "workerd");
  const page = createCard("In this page", "WebAssembly");
  const answer = el("pre", {
    class: "answer",
    tabindex: "0",
    role: "region",
    "aria-label": "What the edge answers this holder",
  });
  byId("verdicts").replaceChildren(
    edge.element,
    page.element,
    el("div", { class: "wide" }, el("h3", {}, "What the caller gets"), answer),
  );
  return {
    /**
     * @param {import("./holder.js").Holder} holder
     * @param {{ verdict: object, milliseconds: number, status: object } | null} local
     */
    render(holder, local) {
      hint.textContent = `on the token of ${holder.name}`;
      edge.render(fromEdge(holder.last));
      page.render(fromPage(local));
      const text = answerText(holder.last);
      if (answer.textContent !== text) answer.textContent = text; // only then: a selection survives
    },
  };
}

function createCard(title, runtime) {
  const badge = el("span", { class: "verdict-word" });
  const code = el("code", { class: "code" });
  const reason = el("p", { class: "reason" });
  const facts = el("dl", { class: "facts" });
  const element = el(
    "article",
    { class: "verdict" },
    el("h3", {}, title, el("span", {}, runtime)),
    badge,
    code,
    reason,
    facts,
  );
  const render = (view) => {
    element.dataset.outcome = view.outcome;
    badge.textContent = view.word;
    code.textContent = view.code;
    reason.textContent = REASONS[view.code] ?? view.message;
    facts.replaceChildren(...view.facts.flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, value)]));
  };
  return { element, render };
}

function fromEdge(answer) {
  if (answer === null) return waiting();
  const facts = [
    ["Answer", answer.status === 0 ? "none" : `HTTP ${answer.status}, ${answer.milliseconds.toFixed(0)} ms`],
    ...heldBy(answer.snapshot),
  ];
  return { outcome: answer.outcome, word: word(answer.outcome), code: answer.code, message: answer.message, facts };
}

function fromPage(local) {
  if (local === null) return waiting();
  const { verdict, milliseconds, status } = local;
  const outcome = verdict.code === "ACCEPTED" ? "ok" : "bad";
  const facts = [["Check", `${milliseconds.toFixed(3)} ms, no network`], ...heldBy(status.snapshot)];
  return { outcome, word: word(outcome), code: verdict.code, message: verdict.message ?? "", facts };
}

function answerText(answer) {
  if (answer === null || answer.status === 0) return "nothing yet";
  const challenge = answer.challenge === null ? [] : [`WWW-Authenticate: ${answer.challenge}`];
  return [`HTTP ${answer.status}`, ...challenge, "", jsonText(answer.body)].join("\n");
}

/** Indented JSON with one line for each member, and for each element of an array. */
function jsonText(body) {
  const members = Object.entries(body).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${Array.isArray(value) ? arrayText(value) : JSON.stringify(value)}`,
  );
  return `{\n${members.join(",\n")}\n}`;
}

const arrayText = (elements) => `[\n${elements.map((element) => `    ${JSON.stringify(element)}`).join(",\n")}\n  ]`;

const waiting = () => ({ outcome: "", word: "Waiting", code: "WAITING", message: "", facts: [] });
const word = (outcome) => ({ ok: "Accepted", bad: "Refused", lost: "No answer" })[outcome];

function heldBy(snapshot) {
  if (snapshot === null || snapshot === undefined) return [["Snapshot", "none"]];
  return [["Snapshot", `edition ${editionText(snapshot)}`], ...snapshotFacts(snapshot)];
}
