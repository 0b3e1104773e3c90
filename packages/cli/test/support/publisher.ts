import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterAll } from "vitest";

/** A local server that stands in for those who publish checkpoints. */
export interface Publisher {
  /** For SAMOYED_MIRROR. */
  readonly url: string;
  /** What was asked for: method, path and range, in order. */
  readonly requests: readonly string[];
}

/** What answers a request; `count` is 1 for the first. */
export type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** Starts a server that answers everything in one way, until the test file is done. */
export async function publisher(answer: Answer): Promise<Publisher> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    requests.push([request.method, request.url, request.headers.range].filter(Boolean).join(" "));
    answer(request, response, requests.length);
  });
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** States a file's hash as the Hugging Face hub does. */
export function stateHash(response: ServerResponse, bytes: Uint8Array): void {
  response.setHeader("x-linked-etag", `"${createHash("sha256").update(bytes).digest("hex")}"`);
}

/** Sends a file, or the part of it that was asked for, as servers of files do. */
export function sendFile(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  stateHash(response, bytes);
  response.setHeader("etag", '"one"');
  response.setHeader("content-length", bytes.byteLength - start);
  if (start > 0) {
    response.statusCode = 206;
    response.setHeader("content-range", `bytes ${start}-${bytes.byteLength - 1}/${bytes.byteLength}`);
  }
  response.end(bytes.subarray(start));
}

/** Sends the beginning of a file under the length of all of it, and then breaks the connection off. */
export function breakOff(response: ServerResponse, bytes: Uint8Array, sent: number): void {
  response.setHeader("etag", '"one"');
  response.setHeader("content-length", bytes.byteLength);
  response.write(bytes.subarray(0, sent), () => setTimeout(() => response.socket?.destroy(), 50));
}
