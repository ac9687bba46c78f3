// The chosen holder's token: the compact form in its three parts, header and claims, and how long it would live.
import { byId, el } from "./element.js";

const TIMES = new Set(["iat", "exp", "nbf", "auth_time"]);

/** @param {{ edge: string }} system */
export function createTokenPanel({ edge }) {
  const hint = byId("token-hint");
  const root = byId("token");
  let shown = null;
  return {
    /** @param {import("./holder.js").Holder} holder */
    render({ token }) {
      if (token === null) return;
      hint.textContent = lifetime(token.claims);
      if (token.text === shown) return;
      shown = token.text;
      root.replaceChildren(
        compactForm(token),
        copies(token, edge),
        block("Header", token.header),
        block("Claims", token.claims),
      );
    },
  };
}

function compactForm({ parts }) {
  const names = ["header", "claims", "signature"];
  const spans = parts.flatMap((part, index) => [index > 0 ? "." : "", el("span", { class: names[index] }, part)]);
  return el(
    "pre",
    { class: "compact", tabindex: "0", role: "region", "aria-label": "The token in compact form" },
    ...spans,
  );
}

function copies({ text }, edge) {
  return el(
    "div",
    { class: "copies" },
    copyButton("Copy token", text),
    copyButton("Copy as curl", `curl -i -H 'Authorization: Bearer ${text}' ${edge}/api/orders`),
  );
}

function copyButton(label, text) {
  const button = el("button", { class: "small", type: "button" }, label);
  button.addEventListener("click", async () => {
    button.textContent = await navigator.clipboard.writeText(text).then(
      () => "Copied",
      () => "Copying is not allowed here",
    );
    setTimeout(() => {
      button.textContent = label;
    }, 1500);
  });
  return button;
}

function block(title, members) {
  const lines = Object.entries(members).map(([name, value]) => line(name, value));
  return el("section", { class: "json" }, el("h3", {}, title), el("dl", {}, ...lines.flat()));
}

function line(name, value) {
  const note =
    TIMES.has(name) && typeof value === "number"
      ? el("span", { class: "note" }, ` ${new Date(value * 1000).toISOString().slice(11, 19)} UTC`)
      : null;
  return [
    el("dt", {}, name),
    el("dd", { class: typeof value }, typeof value === "string" ? value : JSON.stringify(value), note),
  ];
}

function lifetime({ exp }) {
  const seconds = Math.round(exp - Date.now() / 1000);
  if (seconds <= 0) return "expired";
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return `would expire by itself in ${clock}`;
}
