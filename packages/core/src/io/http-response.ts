import { allocateBytes } from "../tensor/allocate.ts";
import { AbortedError, IoError, SamoyedError, UnavailableError } from "../errors.ts";

/**
 * Reads a body of a known length.
 *
 * @throws IoError when it is shorter or longer, or the connection is lost.
 */
export async function readBody(
  url: string,
  response: Response,
  { length, signal }: { readonly length: number; readonly signal: AbortSignal | undefined },
): Promise<Uint8Array> {
  const bytes = allocateBytes(length, url);
  let position = 0;
  await eachPiece(response, {
    url,
    signal,
    take(piece) {
      if (piece.byteLength > length - position) {
        throw new IoError(`${url}: the server sent more than the ${length} bytes requested`);
      }
      bytes.set(piece, position);
      position += piece.byteLength;
    },
  });
  if (position !== length) {
    throw brokenOff(url, position, length);
  }
  return bytes;
}

/** Options of `eachPiece`. */
export interface BodyOptions {
  /** For messages. */
  readonly url: string;
  readonly signal: AbortSignal | undefined;
  readonly take: (piece: Uint8Array) => void | Promise<void>;
}

/**
 * Passes a body to `take` piece by piece; when `take` fails, the rest is not downloaded.
 *
 * @throws IoError when the connection is lost, AbortedError when the signal fired.
 */
export async function eachPiece(response: Response, { url, signal, take }: BodyOptions): Promise<void> {
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
      await take(value);
    }
  } catch (error) {
    // The connection is abandoned either way; only the first error matters.
    await reader.cancel().catch(() => undefined);
    throw httpFailure(error, {
      signal,
      otherwise: () =>
        new IoError(`${url}: the connection was lost`, { cause: error, hint: "Check the network and try again." }),
    });
  }
}

/** The error for an unsuccessful response; the body is not read. */
export function statusError(url: string, { status, statusText }: Response): UnavailableError {
  return new UnavailableError(`${url}: the server answered ${status} ${statusText}`.trim(), {
    hint: statusHint(status),
    details: { status },
  });
}

function statusHint(status: number): string {
  switch (status) {
    case 401:
    case 403:
      return "It requires a login or accepting a license: download it in a browser and name the file.";
    case 407:
      return "The proxy requires a login: add it to the proxy's address.";
    case 404:
    case 410:
      return "Check the address.";
    default:
      return "Try again later.";
  }
}

/** Frees the connection of a response whose body is not read. */
export async function discardBody(response: Response): Promise<void> {
  // An error of a discarded body does not matter.
  await response.body?.cancel().catch(() => undefined);
}

/** The error to report for a failed request: a typed error unchanged, a fired signal as AbortedError. */
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
  return new IoError(`${url}: ${got} bytes received; expected ${expected}`, {
    hint: "The connection was lost; try again.",
    details: { got, expected },
  });
}
