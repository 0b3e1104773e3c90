import { IoError, throwIfAborted } from "@samoyed/core";
import type { Artifact } from "@samoyed/runtime";
import { type ByteStream, bytesStream, webStream } from "./byte-stream.ts";

/**
 * A model as a stream: bytes, a Blob or File, or a URL that is fetched (a string is a URL, relative to the page).
 *
 * @throws IoError when it cannot be fetched, AbortedError when the signal fires.
 */
export async function openStream(artifact: Artifact, signal: AbortSignal | undefined): Promise<ByteStream> {
  throwIfAborted(signal);
  if (artifact instanceof Uint8Array) return bytesStream(artifact);
  if (artifact instanceof Blob) return blobStream(artifact, signal);
  return fetchStream(String(artifact), signal);
}

function blobStream(blob: Blob, signal: AbortSignal | undefined): ByteStream {
  const label = blob instanceof File ? blob.name : "blob";
  const toError = (cause: unknown): Error =>
    new IoError(`${label}: cannot be read`, { hint: "The file was changed or removed: choose it again.", cause });
  return webStream(blob.stream(), { label, byteLength: blob.size, signal, toError });
}

async function fetchStream(url: string, signal: AbortSignal | undefined): Promise<ByteStream> {
  const toError = (cause: unknown): Error =>
    new IoError(`${url}: the download broke off`, { hint: "Check the network and try again.", cause });
  let response: Response;
  try {
    response = await fetch(url, { signal: signal ?? null });
  } catch (cause) {
    throwIfAborted(signal);
    throw new IoError(`${url}: cannot be fetched`, { hint: "Check the address and the network.", cause });
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new IoError(`${url}: the server answered ${response.status} ${response.statusText}`.trim(), {
      details: { status: response.status },
    });
  }
  // The length of a compressed body is not that of its content.
  const length = response.headers.has("content-encoding") ? null : response.headers.get("content-length");
  const byteLength = length !== null && /^\d+$/.test(length) ? Number(length) : undefined;
  return webStream(response.body, { label: url, byteLength, signal, toError });
}
