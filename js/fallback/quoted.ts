/** A text in quotes, with everything that does not print as itself escaped: for sentences in logs and terminals. */
export function quoted(text: string): string {
  return `"${[...text].map(escaped).join("")}"`;
}

function escaped(character: string): string {
  const short = SHORT.get(character);
  if (short !== undefined) return short;
  if (character === " " || !UNPRINTED.test(character)) return character;
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}

/** Controls, formats, private and unassigned code points, separators, and marks that join the character before. */
const UNPRINTED = /[\p{C}\p{Z}\p{Grapheme_Extend}]/u;

const SHORT: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\0", "\\0"],
  ["\t", "\\t"],
  ["\n", "\\n"],
  ["\r", "\\r"],
]);
