import { allocateBytes } from "../tensor/allocate.ts";
import { IoError, throwIfAborted, UnavailableError, UnsupportedError } from "../errors.ts";
import { brokenOff, discardBody, eachPiece, httpFailure, readBody, statusError } from "./http-response.ts";
import { memorySource } from "./memory-source.ts";
import { checkRange } from "./range.ts";
import type { ByteSource, ReadOptions } from "./source.ts";

/** The subset of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Options of `httpSource`. */
export interface HttpSourceOptions extends ReadOptions {
  /** Replaces the global `fetch`: for proxies, authentication, tests. */
  readonly fetch?: Fetch;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Largest resource that a server without range support may send whole, to be kept in memory. Larger ones are better downloaded to a
 * file first.
 */
export const MAX_UNRANGED_BYTES: number = 256 * 1024 * 1024;

/** Identifies one version of a resource. */
interface Version {
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly byteLength: number;
}

interface Connection {
  readonly url: string;
  readonly fetch: Fetch;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Opens an HTTP resource that is read with range requests. If the server ignores ranges, the whole is kept
 * in memory (up to `MAX_UNRANGED_BYTES`).
 *
 * Each response must have the ETag, Last-Modified and size of the first one, so bytes of two versions never mix.
 *
 * @throws UnavailableError when the server cannot be reached or responds with an error.
 * @throws UnsupportedError when the resource can be read neither by range nor whole.
 * @throws IoError from here and from `read` when the connection is lost, the response has another length than requested,
 * or the resource changed.
 * @throws AbortedError when a signal fires.
 */
export async function httpSource(url: string | URL, options: HttpSourceOptions = {}): Promise<ByteSource> {
  const connection: Connection = {
    url: String(url),
    fetch: options.fetch ?? ((target, init) => fetch(target, init)),
    headers: options.headers ?? {},
  };
  const first = await request(connection, { range: "bytes=0-0", signal: options.signal });
  if (first.status === 206) {
    await discardBody(first);
    if (!plain(first)) {
      throw new UnsupportedError(`${connection.url}: the server compresses its ranges`, {
        hint: "Download it to a file first.",
      });
    }
    const byteLength = totalOf(first) ?? (await sizeByHead(connection, options));
    return rangedSource(connection, versionOf(first, byteLength));
  }
  if (first.status === 416 && totalOf(first) === 0) {
    await discardBody(first);
    return memorySource(new Uint8Array(0), connection.url);
  }
  if (first.status === 200) {
    return memorySource(await readWhole(connection.url, first, options), connection.url);
  }
  await discardBody(first);
  throw statusError(connection.url, first);
}

function rangedSource(connection: Connection, version: Version): ByteSource {
  const { url } = connection;
  const source = {
    byteLength: version.byteLength,
    label: url,
    async read(offset: number, length: number, options: ReadOptions = {}): Promise<Uint8Array> {
      throwIfAborted(options.signal);
      checkRange(source, offset, length);
      if (length === 0) {
        return new Uint8Array(0);
      }
      const end = offset + length - 1;
      const response = await request(connection, { range: `bytes=${offset}-${end}`, signal: options.signal });
      await requireSameVersion(url, response, version);
      const range = response.headers.get("content-range");
      if (range !== null && !range.startsWith(`bytes ${offset}-${end}/`)) {
        await discardBody(response);
        throw new IoError(`${url}: bytes ${offset}-${end} were requested; the server sent ${range}`);
      }
      return readBody(url, response, { length, signal: options.signal });
    },
  };
  return source;
}

async function request(
  { url, fetch, headers }: Connection,
  { range, signal, method = "GET" }: { range?: string; signal: AbortSignal | undefined; method?: string },
): Promise<Response> {
  throwIfAborted(signal);
  try {
    return await fetch(url, {
      method,
      headers: { ...headers, ...(range !== undefined && { range }) },
      // A cache may contain an older version; its ranges would not match the network's.
      cache: "no-store",
      signal: signal ?? null,
    });
  } catch (cause) {
    throw httpFailure(cause, {
      signal,
      otherwise: () =>
        new UnavailableError(`${url}: cannot be reached`, {
          cause,
          hint: "Check the address, the network connection and the proxy settings.",
        }),
    });
  }
}

async function requireSameVersion(url: string, response: Response, version: Version): Promise<void> {
  if (response.status === 206) {
    const { etag, lastModified, byteLength } = versionOf(response, totalOf(response) ?? version.byteLength);
    if (
      etag === version.etag &&
      lastModified === version.lastModified &&
      byteLength === version.byteLength &&
      plain(response)
    ) {
      return;
    }
  } else if (response.status !== 200 && response.status !== 416) {
    await discardBody(response);
    throw statusError(url, response);
  }
  await discardBody(response);
  throw new IoError(`${url}: changed while it was being read`, {
    hint: "Start again; if it changes often, download it to a file first.",
    details: { before: version, status: response.status },
  });
}

/** The size of the whole resource, from `Content-Range: bytes 0-0/1234`. */
function totalOf(response: Response): number | undefined {
  const total = /^bytes (?:\d+-\d+|\*)\/(\d+)$/u.exec(response.headers.get("content-range") ?? "")?.[1];
  return total === undefined || !Number.isSafeInteger(Number(total)) ? undefined : Number(total);
}

function versionOf(response: Response, byteLength: number): Version {
  return {
    etag: response.headers.get("etag"),
    lastModified: response.headers.get("last-modified"),
    byteLength,
  };
}

/** Ranges of a compressed body are not ranges of the resource. */
function plain(response: Response): boolean {
  const encoding = response.headers.get("content-encoding");
  return encoding === null || encoding === "identity";
}

/** Browsers hide Content-Range from other origins' pages, but not a HEAD's Content-Length. */
async function sizeByHead(connection: Connection, options: ReadOptions): Promise<number> {
  const head = await request(connection, { method: "HEAD", signal: options.signal });
  const length = head.headers.get("content-length");
  if (!head.ok || length === null || !/^\d+$/u.test(length) || !plain(head)) {
    throw new UnsupportedError(`${connection.url}: the server does not say how long it is`, {
      hint: "Let the server send Access-Control-Expose-Headers: Content-Range, or download the file first.",
    });
  }
  return Number(length);
}

async function readWhole(url: string, response: Response, options: ReadOptions): Promise<Uint8Array> {
  const stated = response.headers.get("content-length");
  // The length of a compressed body says nothing about its decompressed size.
  const length = stated !== null && /^\d+$/u.test(stated) && plain(response) ? Number(stated) : undefined;
  if (length !== undefined && length > MAX_UNRANGED_BYTES) {
    await discardBody(response);
    throw tooLargeWhole(url);
  }
  const pieces: Uint8Array[] = [];
  let total = 0;
  await eachPiece(response, {
    url,
    signal: options.signal,
    take(piece) {
      total += piece.byteLength;
      if (total > MAX_UNRANGED_BYTES) {
        throw tooLargeWhole(url);
      }
      pieces.push(piece);
    },
  });
  if (length !== undefined && total !== length) {
    throw brokenOff(url, total, length);
  }
  const bytes = allocateBytes(total, url);
  let position = 0;
  for (const piece of pieces) {
    bytes.set(piece, position);
    position += piece.byteLength;
  }
  return bytes;
}

function tooLargeWhole(url: string): UnsupportedError {
  return new UnsupportedError(
    `${url}: the server sends it only whole, and it is larger than ${MAX_UNRANGED_BYTES} bytes`,
    { hint: "Download it to a file first." },
  );
}
