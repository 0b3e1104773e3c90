/** Longer names do not help in a message, and a file can contain a name of 100 MB. */
const MAX_QUOTED = 200;

/** Formats text from a file for an error message: quoted, escaped, and truncated if long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text);
}
