/** Text from files and clusters, made safe for a terminal: what steers one, or breaks a line, is shown as an escape. */

/** Control and format characters (bidirectional ones among them), line separators, halves of a pair. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** One line, whatever the text holds. */
export function printable(text: string): string {
  return text.replaceAll(unprintable, (character) => short[character] ?? escapeUnits(character));
}

/** JSON in which nothing is left that could steer a terminal; it says the same to whoever parses it. */
export function printableJson(value: unknown): string {
  // Such characters stand in strings only, but for the line ends that the indentation makes.
  return JSON.stringify(value, null, 2).replaceAll(unprintable, (character) =>
    character === "\n" ? character : escapeUnits(character),
  );
}

function escapeUnits(character: string): string {
  return [...Array(character.length).keys()]
    .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`)
    .join("");
}
