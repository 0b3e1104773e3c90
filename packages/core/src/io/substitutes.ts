import { FormatError } from "../errors.ts";
import { hasBytesAt, UTF8_BYTE_ORDER_MARK } from "./byte-signature.ts";

/** Things that servers and Git deliver in place of a file. */
export type Substitute = "web page" | "Git LFS pointer";

/** Bytes of a file's beginning that are enough to recognize a substitute; fewer may do. */
export const SUBSTITUTE_HEAD_BYTES = 512;

/** The substitute that a file's first bytes belong to, if any. */
export function findSubstitute(head: Uint8Array): Substitute | undefined {
  const start = hasBytesAt(head, UTF8_BYTE_ORDER_MARK) ? UTF8_BYTE_ORDER_MARK.length : 0;
  const text = new TextDecoder("latin1").decode(head.subarray(start, SUBSTITUTE_HEAD_BYTES)).trimStart();
  // Cut after the letters that fit the 8 bytes that some readers have.
  if (/^<(?:!doctyp|html|head|body|!--|\?xml)/iu.test(text)) return "web page";
  return text.startsWith("version https://git-lfs.github.com/spec/") ? "Git LFS pointer" : undefined;
}

/**
 * Refuses a substitute for a file, as left by failed downloads and by clones without Git LFS.
 *
 * @param head - The file's first bytes, `SUBSTITUTE_HEAD_BYTES` of them if it has that many.
 * @param place - The file, and what it should be: `a checkpoint`.
 * @throws FormatError with a hint.
 */
export function refuseSubstitute(
  head: Uint8Array,
  { label, expected }: { readonly label: string; readonly expected: string },
): void {
  const found = findSubstitute(head);
  if (found === "web page") {
    throw new FormatError(`${label}: a web page, not ${expected}`, {
      hint: "The download returned a page instead of the file: it may require a login, or the address may be out of date.",
    });
  }
  if (found === "Git LFS pointer") {
    throw new FormatError(`${label}: a Git LFS pointer, not the file that it refers to`, {
      hint: "Fetch the file itself with `git lfs pull`.",
    });
  }
}
