import { replaceUnprintable } from "@samoyed/core";

const ESCAPE = "\u001b";

/** The codes that set and end bold, dim and the foreground colors: all that this program and its tables use. */
const STYLE = new RegExp(`${ESCAPE}\\[(?:0|1|2|22|3[0-79])m`, "gu");

/**
 * Text that cannot command a terminal, nor be shown as another one: names of tensors and classes come from files of strangers.
 *
 * @param options.color - Whether the codes of colors may stay.
 */
export function printable(text: string, { color }: { readonly color: boolean }): string {
  if (!color) return replaceUnprintable(text);
  let result = "";
  let from = 0;
  for (const { index, 0: style } of text.matchAll(STYLE)) {
    result += replaceUnprintable(text.slice(from, index)) + style;
    from = index + style.length;
  }
  return result + replaceUnprintable(text.slice(from));
}

/** The same, on one line. */
export function printableLine(text: string): string {
  return printable(text.replaceAll(/\s*\n\s*/gu, " "), { color: false });
}

/** A JSON document with no character in it that commands a terminal or shows it as another one; it means the same. */
export function printableJson(value: unknown): string {
  const text = JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? String(item) : item), 2);
  return replaceUnprintable(text, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
