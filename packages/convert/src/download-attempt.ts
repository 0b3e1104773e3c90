import {
  discardBody,
  eachPiece,
  type Fetch,
  FormatError,
  IoError,
  SamoyedError,
  statusError,
  UnavailableError,
} from "@samoyed/core";
import { type Followed, followRedirects } from "./follow-redirects.ts";
import type { PartialFile, PartialState } from "./partial-file.ts";
import { refusePage } from "./refuse-page.ts";
import { retryAfter } from "./retry-after.ts";
import { serverHash } from "./server-hash.ts";

/** No checkpoint is larger; an endless answer must not fill the disk. */
export const MAX_DOWNLOAD_BYTES: number = 64 * 2 ** 30;

/** How far a download is; `total` is 0 while it is unknown. */
export interface DownloadProgress {
  readonly done: number;
  readonly total: number;
}

/** Options of one try. */
export interface AttemptOptions {
  readonly file: PartialFile;
  readonly fetch: Fetch;
  readonly signal: AbortSignal | undefined;
  readonly idleMilliseconds: number;
  readonly onProgress: ((progress: DownloadProgress) => void) | undefined;
  /** Gets the SHA-256 that the server states, if any, before a byte of the body is taken. @throws what stops the download. */
  readonly onServerHash: (sha256: string | undefined) => void;
}

/** The end of one try. */
export type Attempt =
  | "complete"
  /** The error after which another try may help, and how long the server asks to wait before it. */
  | { readonly error: SamoyedError; readonly wait?: number | undefined };

/** Answers after which another try may help: the server is busy, or one behind it is away. */
const TEMPORARY: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Asks once for what is missing, and appends what comes.
 *
 * @throws what no other try can mend: a refusal, a redirect to http, a proxy's login, a web page, a full disk.
 */
export async function attemptDownload(url: string, options: AttemptOptions): Promise<Attempt> {
  const { file, fetch, signal } = options;
  const idle = idleTimer(options.idleMilliseconds);
  const signals = signal === undefined ? idle.signal : AbortSignal.any([signal, idle.signal]);
  const resume = resumption(url, file);
  try {
    let followed: Followed;
    try {
      const headers = { "accept-encoding": "identity", ...resume };
      followed = await followRedirects(fetch, url, { headers, signal: signals });
    } catch (cause) {
      if (cause instanceof SamoyedError) throw cause;
      return {
        error: new UnavailableError(`${url}: cannot be reached`, {
          cause,
          hint: "Check the network, and HTTPS_PROXY if there is a proxy; SAMOYED_MIRROR names another server.",
        }),
      };
    }
    const { response } = followed;
    const answered = await judge(url, response, file);
    if (answered !== "body" && answered !== "complete") {
      return answered;
    }
    try {
      options.onServerHash(serverHash(followed.headers));
    } catch (error) {
      await discardBody(response);
      throw error;
    }
    return answered === "complete" ? answered : await receive(url, response, { ...options, signals, idle });
  } finally {
    idle.stop();
  }
}

/** Headers that ask for the rest, if what is there can be told from another version; empty where it begins anew. */
export function resumption(url: string, { size, state }: PartialFile): Record<string, string> {
  if (size === 0 || state?.url !== url) {
    return {};
  }
  // A weak ETag does not promise equal bytes, and RFC 9110 (13.1.5) forbids it here.
  const validator = state.etag?.startsWith('"') ? state.etag : state.lastModified;
  return validator === null ? {} : { range: `bytes=${size}-`, "if-range": validator };
}

/** Readies the file for the body that follows, or says what else the answer means. */
async function judge(url: string, response: Response, file: PartialFile): Promise<"body" | Attempt> {
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/u.exec(response.headers.get("content-range") ?? "");
  if (response.status === 206) {
    if (Number(range?.[1]) === file.size && sameVersion(response, file.state)) {
      return "body";
    }
    // The server sends another part, or a part of another version: begin again, without a range.
    await discardBody(response);
    await file.restart(stateOf(url, response, null));
    return broken(url, "the server sent another part than was asked for");
  }
  if (response.status === 416) {
    await discardBody(response);
    if (Number(range?.[2]) === file.size && file.size > 0) {
      return "complete";
    }
    await file.restart(stateOf(url, response, null));
    return broken(url, "the file became shorter at its source");
  }
  if (response.status !== 200) {
    await discardBody(response);
    const error = statusError(url, response);
    if (TEMPORARY.has(response.status)) {
      return { error, wait: retryAfter(response.headers) };
    }
    throw error;
  }
  if (/^text\/html\b/iu.test(response.headers.get("content-type") ?? "")) {
    await discardBody(response);
    refusePage(new TextEncoder().encode("<html>"), url);
  }
  await file.restart(stateOf(url, response, lengthOf(response)));
  return "body";
}

interface ReceiveOptions extends AttemptOptions {
  readonly signals: AbortSignal;
  readonly idle: IdleTimer;
}

async function receive(url: string, response: Response, options: ReceiveOptions): Promise<Attempt> {
  const { file, idle, onProgress } = options;
  const total = file.state?.total ?? null;
  try {
    await eachPiece(response, {
      url,
      signal: undefined,
      async take(piece) {
        idle.touch();
        if (file.size === 0) {
          refusePage(piece, url);
        }
        if (file.size + piece.byteLength > (total ?? MAX_DOWNLOAD_BYTES)) {
          throw new FormatError(`${url}: more came than the ${total ?? MAX_DOWNLOAD_BYTES} bytes that it should have`);
        }
        await file.append(piece);
        onProgress?.({ done: file.size, total: total ?? 0 });
      },
    });
  } catch (error) {
    if (error instanceof IoError && error.details["systemCode"] === undefined) {
      return broken(url, idle.signal.aborted ? "the connection fell silent" : "the connection was lost", error);
    }
    throw error;
  }
  if (total !== null && file.size < total) {
    return broken(url, `${file.size} of ${total} bytes came`);
  }
  return "complete";
}

function broken(url: string, what: string, cause?: unknown): { readonly error: IoError } {
  const error = new IoError(`${url}: ${what}`, {
    ...(cause !== undefined && { cause }),
    hint: "Run it again: it goes on where it stopped.",
  });
  return { error };
}

function sameVersion(response: Response, state: PartialState | undefined): boolean {
  const etag = response.headers.get("etag");
  const lastModified = response.headers.get("last-modified");
  return state !== undefined && etag === state.etag && lastModified === state.lastModified;
}

function stateOf(url: string, response: Response, total: number | null): PartialState {
  return {
    url,
    etag: response.headers.get("etag"),
    lastModified: response.headers.get("last-modified"),
    total,
  };
}

/** The body's length, unless it is compressed all the same, which makes it another. */
function lengthOf(response: Response): number | null {
  const encoding = response.headers.get("content-encoding");
  const length = response.headers.get("content-length");
  return length !== null && /^\d+$/u.test(length) && (encoding === null || encoding === "identity")
    ? Number(length)
    : null;
}

interface IdleTimer {
  readonly signal: AbortSignal;
  touch(): void;
  stop(): void;
}

/** Fires when it has not been touched for a while. */
function idleTimer(milliseconds: number): IdleTimer {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error("idle")), milliseconds);
  return {
    signal: controller.signal,
    touch: () => void timer.refresh(),
    stop: () => clearTimeout(timer),
  };
}
