import { FormatError } from "../errors.ts";
import { hasBytesAt, UTF8_BYTE_ORDER_MARK } from "./byte-signature.ts";

/** What servers and Git put in the place of a file. */
export type Substitute = "web page" | "Git LFS pointer";

/** As much of a file's beginning as shows what it is; less may do. */
export const SUBSTITUTE_HEAD_BYTES = 512;

/** Which substitute a file's first bytes are of, if any. */
export function findSubstitute(head: Uint8Array): Substitute | undefined {
  const start = hasBytesAt(head, UTF8_BYTE_ORDER_MARK) ? UTF8_BYTE_ORDER_MARK.length : 0;
  const text = new TextDecoder("latin1").decode(head.subarray(start, SUBSTITUTE_HEAD_BYTES)).trimStart();
  // Cut after the letters that fit the 8 bytes that some readers have.
  if (/^<(?:!doctyp|html|head|body|!--|\?xml)/iu.test(text)) return "web page";
  return text.startsWith("version https://git-lfs.github.com/spec/") ? "Git LFS pointer" : undefined;
}

/**
 * Refuses what stands in a file's place: failed downloads leave it, and clones without Git LFS.
 *
 * @param head - The file's first bytes, `SUBSTITUTE_HEAD_BYTES` of them if it has as many.
 * @param place - The file, and what it should be: `a checkpoint`.
 * @throws FormatError with what to do about it.
 */
export function refuseSubstitute(
  head: Uint8Array,
  { label, expected }: { readonly label: string; readonly expected: string },
): void {
  const found = findSubstitute(head);
  if (found === "web page") {
    throw new FormatError(`${label}: a web page, not ${expected}`, {
      hint: "The download got a page instead of the file: perhaps it needs a login, or the address is out of date.",
    });
  }
  if (found === "Git LFS pointer") {
    throw new FormatError(`${label}: a Git LFS pointer, not the file that it stands for`, {
      hint: "Fetch the file itself with `git lfs pull`.",
    });
  }
}
