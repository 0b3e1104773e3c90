const ESCAPE = "\u001b";

/** The codes that set and end bold, dim and the foreground colors: all that this program and its tables use. */
const STYLE = new RegExp(`${ESCAPE}\\[(?:0|1|2|22|3[0-79])m`, "gu");

/** Everything that commands a terminal, but for the end of a line. */
const CONTROL = /[^\P{Cc}\n]/gu;

const REPLACEMENT = "\ufffd";

/**
 * Text that cannot command a terminal: names of tensors and classes come from files of strangers.
 *
 * @param options.color - Whether the codes of colors may stay.
 */
export function printable(text: string, { color }: { readonly color: boolean }): string {
  if (!color) return text.replaceAll(CONTROL, REPLACEMENT);
  let result = "";
  let from = 0;
  for (const { index, 0: style } of text.matchAll(STYLE)) {
    result += text.slice(from, index).replaceAll(CONTROL, REPLACEMENT) + style;
    from = index + style.length;
  }
  return result + text.slice(from).replaceAll(CONTROL, REPLACEMENT);
}

/** The same, on one line. */
export function printableLine(text: string): string {
  return printable(text.replaceAll(/\s*\n\s*/gu, " "), { color: false });
}

/** A JSON document with no character in it that commands a terminal; it means the same. */
export function printableJson(value: unknown): string {
  const text = JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? String(item) : item), 2);
  return text.replaceAll(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
