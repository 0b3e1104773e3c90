import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { downloadFile, type DownloadOptions } from "../src/download-file.ts";

/** What the servers serve. */
export const content: Uint8Array<ArrayBuffer> = Uint8Array.from(
  { length: 300_000 },
  (_, i) => (i * 7 + (i >> 8)) % 256,
);
export const SHA256: string = createHash("sha256").update(content).digest("hex");

const servers: Server[] = [];

/** A folder of each test's own, and an end for its servers. */
export function useFolder(): () => string {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "samoyed-download-"));
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
    await rm(folder, { recursive: true, force: true });
  });
  return () => folder;
}

/** Lets a server listen on this machine until the test ends; its address. */
export async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

export interface TestServer {
  readonly origin: string;
  readonly url: string;
  readonly seen: Seen[];
}

/** A server on this machine; the handler gets the number of the request, from 1. */
export async function serve(
  handler: (request: IncomingMessage, response: ServerResponse, count: number) => void,
): Promise<TestServer> {
  const seen: Seen[] = [];
  const server = createServer((message, response) => {
    const { range, "if-range": ifRange } = message.headers;
    seen.push({ method: message.method, url: message.url, range, ifRange: ifRange as string | undefined });
    handler(message, response, seen.length);
  });
  const origin = await listen(server);
  return { origin, url: `${origin}/files/model.pth`, seen };
}

export interface Behaviour {
  readonly etag?: string | null;
  readonly lastModified?: string;
  /** Ends the connection after so many bytes of the body. */
  readonly breakAfter?: number;
  readonly ignoreRange?: boolean;
  readonly body?: Uint8Array;
}

/** Answers as RFC 9110 says, and then breaks off if told so. */
export function answer(message: IncomingMessage, response: ServerResponse, behaviour: Behaviour = {}): void {
  const { etag = '"one"', lastModified, breakAfter, ignoreRange = false, body = content } = behaviour;
  const asked = /^bytes=(\d+)-$/u.exec(message.headers.range ?? "");
  const condition = message.headers["if-range"];
  const current = condition === undefined || condition === etag || condition === lastModified;
  const start = asked && current && !ignoreRange ? Number(asked[1]) : undefined;
  const headers: Record<string, string> = {
    ...(etag !== null && { etag }),
    ...(lastModified !== undefined && { "last-modified": lastModified }),
  };
  if (start !== undefined && start >= body.length) {
    response.writeHead(416, { ...headers, "content-range": `bytes */${body.length}` }).end();
    return;
  }
  const part = body.subarray(start ?? 0);
  headers["content-length"] = String(part.length);
  if (start !== undefined) {
    headers["content-range"] = `bytes ${start}-${body.length - 1}/${body.length}`;
  }
  response.writeHead(start === undefined ? 200 : 206, headers);
  if (breakAfter === undefined) {
    response.end(part);
  } else {
    response.flushHeaders();
    response.write(part.subarray(0, breakAfter));
    void endOnceReceived(response, (start ?? 0) + breakAfter);
  }
}

/** How far the download of the present test is. */
let received = 0;

/** Ends a connection, but not before the client has what was sent: a broken connection takes with it what is unread. */
async function endOnceReceived(response: ServerResponse, bytes: number): Promise<void> {
  while (received < bytes && !response.destroyed) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  response.socket?.end();
}

/** `downloadFile` into `folder/cache`, with the content's hash, no proxy and hardly a pause between tries. */
export function downloadInto(folder: string, url: string, options: Partial<DownloadOptions> = {}): Promise<string> {
  const path = join(folder, "cache", "model.pth");
  received = 0;
  const onProgress: DownloadOptions["onProgress"] = (progress) => {
    received = progress.done;
    options.onProgress?.(progress);
  };
  return downloadFile(url, { path, sha256: SHA256, retryMilliseconds: 1, env: {}, ...options, onProgress });
}
