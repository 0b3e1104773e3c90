/**
 * The SHA-256 that a server states of a file, from the headers of its answers; `undefined` where it states none.
 *
 * The Hugging Face hub has it in `X-Linked-Etag` of the redirect to a large file's content; of small files that header has
 * git's SHA-1 (huggingface_hub 1.0, `file_download.py`, `get_hf_file_metadata`).
 */
export function serverHash(headers: readonly Headers[]): string | undefined {
  for (const answer of headers) {
    const found = /^(?:W\/)?"?([0-9a-f]{64})"?$/iu.exec(answer.get("x-linked-etag") ?? "")?.[1];
    if (found !== undefined) return found.toLowerCase();
  }
  return undefined;
}
