import { findSubstitute, FormatError, SUBSTITUTE_HEAD_BYTES } from "@samoyed/core";

/** As much of a file's beginning as shows what it is. */
export const HEAD_BYTES: number = SUBSTITUTE_HEAD_BYTES;

/**
 * Refuses what servers send in place of a file: a web page, or the pointer that Git LFS keeps.
 *
 * @param head - The file's first bytes, `HEAD_BYTES` of them if it has as many.
 * @throws FormatError with what to do about it.
 */
export function refusePage(head: Uint8Array, url: string): void {
  const found = findSubstitute(head);
  if (found === "web page") {
    throw new FormatError(`${url}: a web page came, not a file`, {
      hint: "A login, a license page or the network's own page comes before the file: open the address in a browser.",
    });
  }
  if (found === "Git LFS pointer") {
    throw new FormatError(`${url}: a Git LFS pointer came, not the file that it refers to`, {
      hint: "Use the address that downloads the file itself (often /resolve/ or /media/ in place of /raw/).",
    });
  }
}
