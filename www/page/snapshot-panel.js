// The snapshot that this page holds: all a verifier needs to know, and how little that is.
import { byId, el } from "./element.js";

export function createSnapshotPanel() {
  const panel = byId("snapshot");
  const facts = el("dl", { class: "facts" });
  const edition = el("p", { class: "edition" });
  panel.replaceChildren(el("h2", {}, "Snapshot in force"), edition, facts);
  return {
    /** @param {Parameters<typeof snapshotFacts>[0] & Parameters<typeof editionText>[0] | null} snapshot   `status().snapshot` of the page's verifier */
    render(snapshot) {
      panel.hidden = snapshot === null;
      if (snapshot === null) return;
      edition.textContent = `Edition ${editionText(snapshot)}`;
      facts.replaceChildren(
        ...snapshotFacts(snapshot).flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, value)]),
      );
    },
  };
}

/** @param {{ epoch: number, version: number }} edition */
export const editionText = ({ epoch, version }) => `${epoch}.${version}`;

/**
 * Age, content and size in words.
 * @param {{ ageSeconds: number, freshness: string, entries: number, bytes: number }} snapshot
 * @returns {[string, string][]}
 */
export function snapshotFacts({ ageSeconds, freshness, entries, bytes }) {
  return [
    ["Age", `${Math.max(0, Math.round(ageSeconds))} s, ${freshness}`],
    ["Revocations", `${entries.toLocaleString("en")}`],
    ["Size", `${bytes.toLocaleString("en")} bytes`],
  ];
}
