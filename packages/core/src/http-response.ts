import { allocateBytes } from "./allocate.ts";
import { AbortedError, IoError, SamoyedError, UnavailableError } from "./errors.ts";

/**
 * Reads a body of a known length.
 *
 * @throws IoError when it is shorter or longer, or breaks off.
 */
export async function readBody(
  url: string,
  response: Response,
  { length, signal }: { readonly length: number; readonly signal: AbortSignal | undefined },
): Promise<Uint8Array> {
  const bytes = allocateBytes(length, url);
  let position = 0;
  await eachPiece(url, response, signal, (piece) => {
    if (piece.byteLength > length - position) {
      throw new IoError(`${url}: the server sent more than the ${length} bytes asked for`);
    }
    bytes.set(piece, position);
    position += piece.byteLength;
  });
  if (position !== length) {
    throw brokenOff(url, position, length);
  }
  return bytes;
}

/** Hands over a body piece by piece; when `take` throws, the rest is not downloaded. */
export async function eachPiece(
  url: string,
  response: Response,
  signal: AbortSignal | undefined,
  take: (piece: Uint8Array) => void,
): Promise<void> {
  const reader = response.body?.getReader();
  if (reader === undefined) {
    return;
  }
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      take(value);
    }
  } catch (error) {
    // The connection is given up either way; what matters is the first error.
    await reader.cancel().catch(() => undefined);
    throw httpFailure(error, {
      signal,
      otherwise: () =>
        new IoError(`${url}: the connection broke off`, { cause: error, hint: "Check the network and try again." }),
    });
  }
}

/** Reports an answer that is no success. */
export async function refuseStatus(url: string, response: Response): Promise<never> {
  await discard(response);
  const hint =
    response.status === 401 || response.status === 403
      ? "It needs a login or a licence to be accepted: download it in a browser and name the file."
      : response.status === 404 || response.status === 410
        ? "Check the address."
        : "Try again later.";
  throw new UnavailableError(`${url}: the server answered ${response.status} ${response.statusText}`.trim(), {
    hint,
    details: { status: response.status },
  });
}

/** Frees the connection of an answer whose body nobody reads. */
export async function discard(response: Response): Promise<void> {
  // A body that fails while it is being thrown away changes nothing.
  await response.body?.cancel().catch(() => undefined);
}

/** What a failed request is reported as: a typed error as it is, a fired signal as AbortedError. */
export function httpFailure(
  error: unknown,
  { signal, otherwise }: { readonly signal: AbortSignal | undefined; readonly otherwise: () => SamoyedError },
): SamoyedError {
  if (error instanceof SamoyedError) {
    return error;
  }
  return signal?.aborted ? new AbortedError("interrupted", { cause: error }) : otherwise();
}

/** A body that ended too early. */
export function brokenOff(url: string, got: number, expected: number): IoError {
  return new IoError(`${url}: ${got} bytes came; expected ${expected}`, {
    hint: "The connection broke off; try again.",
    details: { got, expected },
  });
}
