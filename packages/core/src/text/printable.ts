/**
 * Characters that change how the text around them is shown: control characters but the end of a line, marks and
 * overrides of direction (UAX 9, 2.1 to 2.4, and the implicit marks), and the separators of lines and paragraphs.
 */
const UNPRINTABLE = /[^\P{Cc}\n]|[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Replaces characters that command a terminal, or show a text as another one: names come from files of strangers.
 *
 * @param by - What each becomes; U+FFFD where absent.
 */
export function replaceUnprintable(text: string, by: (character: string) => string = () => "\ufffd"): string {
  return text.replaceAll(UNPRINTABLE, by);
}
