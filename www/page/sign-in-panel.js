// Step 1: the accounts of this run, each one click away.
import { byId, el } from "./element.js";

/**
 * @param {import("./system.js").Account[]} accounts
 * @param {(account: import("./system.js").Account) => Promise<void>} choose
 */
export function createSignInPanel(accounts, choose) {
  const panel = byId("sign-in");
  byId("accounts").replaceChildren(...accounts.map((account) => entry(account, choose)));
  return {
    show: (visible) => {
      panel.hidden = !visible;
    },
  };
}

function entry(account, choose) {
  const button = el("button", { class: "primary", type: "button" }, `Sign in as ${account.name.split(" ")[0]}`);
  button.addEventListener("click", async () => {
    button.disabled = true;
    await choose(account);
    button.disabled = false;
  });
  return el(
    "li",
    { class: "account" },
    el("span", { class: "avatar", "aria-hidden": "true" }, account.name[0]),
    el("div", { class: "who" }, el("strong", {}, account.name), el("span", {}, account.organization)),
    el(
      "dl",
      { class: "credentials" },
      el("dt", {}, "User"),
      el("dd", {}, account.username),
      el("dt", {}, "Password"),
      el("dd", {}, account.password),
    ),
    button,
  );
}
