/** Longer names in a message help nobody, and a file can hold one of 100 MB. */
const MAX_QUOTED = 200;

/** A text from a file for an error message: quoted, escaped, and cut where it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text);
}
