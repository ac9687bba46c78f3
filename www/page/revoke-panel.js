// Step 3: the five revocations, aimed at the holder chosen in step 2.
import { byId, el } from "./element.js";
import { reached } from "./kinds.js";

/**
 * @param {import("./kinds.js").KindOfRevocation[]} kinds
 * @param {{ revoke: (kind: import("./kinds.js").KindOfRevocation) => void, aim: (kind: import("./kinds.js").KindOfRevocation | null) => void, again: () => Promise<void> }} actions
 */
export function createRevokePanel(kinds, actions) {
  const hint = byId("revoke-hint");
  const buttons = kinds.map((kind) => ({ kind, ...createButton(kind, actions) }));
  const again = byId("again");
  again.addEventListener("click", async () => {
    again.disabled = true;
    await actions.again();
    again.disabled = false;
  });
  byId("kinds").replaceChildren(...buttons.map(({ button }) => button));
  return {
    /** @param {{ holder: import("./holder.js").Holder, holders: import("./holder.js").Holder[], running: boolean }} state */
    render({ holder, holders, running }) {
      const fallen = holder.refused;
      hint.textContent = fallen
        ? `The token of ${holder.name} is refused already.`
        : `What is to be refused, seen from the token of ${holder.name}?`;
      for (const { kind, button, count } of buttons) {
        button.disabled = fallen || running || holder.token === null;
        count.textContent =
          holder.token === null ? "" : reachText(reached(kind, holder.token, holders).length, holders.length);
      }
      again.hidden = !holders.some((one) => one.refused) || running;
    },
  };
}

const reachText = (count, all) => (count === all ? `reaches all ${all}` : `reaches ${count} of ${all}`);

function createButton(kind, { revoke, aim }) {
  const count = el("span", { class: "count" });
  const button = el(
    "button",
    { class: "kind", type: "button", "data-kind": kind.type, onclick: () => revoke(kind) },
    el("span", { class: "kind-text" }, el("strong", {}, kind.title), el("span", {}, kind.reach)),
    count,
  );
  for (const event of ["pointerenter", "focus"]) button.addEventListener(event, () => aim(kind));
  for (const event of ["pointerleave", "blur"]) button.addEventListener(event, () => aim(null));
  return { button, count };
}
