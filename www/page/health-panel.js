// Whether authority, edge and this page's verifier answer, and what it means when one does not.
import { byId, el } from "./element.js";

const PARTS = ["Authority", "Edge", "This page"];

/**
 * @typedef {{ authority: boolean, edge: boolean, page: boolean, snapshot: { ageSeconds: number, expiresAt: number } | null, error: string | null }} Health
 */

export function createHealthPanel() {
  const items = PARTS.map((part) =>
    el("li", {}, el("i", { class: "dot" }), el("span", { class: "part" }, part), el("span", { class: "sr" })),
  );
  byId("health").replaceChildren(...items);
  const notice = byId("notice");
  return {
    /** @param {Health} health */
    render(health) {
      for (const [index, up] of [health.authority, health.edge, health.page].entries()) renderPart(items[index], up);
      const text = health.error ?? explain(health);
      notice.hidden = text === null;
      if (notice.textContent !== (text ?? "")) notice.textContent = text ?? "";
    },
  };
}

function renderPart(item, up) {
  item.children[0].className = `dot ${up ? "ok" : "bad"}`;
  item.children[2].textContent = up ? ": answers" : ": does not answer";
}

function explain({ authority, edge, page, snapshot }) {
  if (!edge) return "The edge worker does not answer. Calls are repeated until it is back.";
  if (!page) return "The verifier in this page could not start; the edge goes on without it.";
  if (authority) return null;
  if (snapshot === null)
    return "The authority does not answer, and there is no snapshot yet: tokens are refused until it is back.";
  return `The authority does not answer. Checks go on with the last snapshot until ${new Date(snapshot.expiresAt * 1000).toISOString().slice(11, 19)} UTC; new revocations and sign-ins wait.`;
}
