import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { SiteFiles } from "./bundle-page.ts";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  js: "text/javascript",
  json: "application/json",
  wasm: "application/wasm",
};

/** The headers that enable shared memory, and with it threads, in a page. */
export const ISOLATED: Readonly<Record<string, string>> = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** A server on this machine. */
export interface FileServer {
  /** Its address, without a slash. */
  readonly base: string;
  readonly close: () => void;
}

/** Serves files, whole or by range, including files added later. */
export async function serveFiles(
  files: SiteFiles,
  headers: Readonly<Record<string, string>> = {},
): Promise<FileServer> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "");
    const file = files.get(path);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (file === undefined) {
      response.writeHead(404).end("nothing here");
      return;
    }
    const body = Buffer.from(file);
    response.setHeader("content-type", TYPES[path.split(".").at(-1)!] ?? "application/octet-stream");
    response.setHeader("accept-ranges", "bytes");
    response.setHeader("etag", `"${body.byteLength}"`);
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    if (range === null) {
      response.end(request.method === "HEAD" ? undefined : body);
      return;
    }
    const start = Number(range[1]);
    const end = range[2] === "" ? body.byteLength - 1 : Math.min(Number(range[2]), body.byteLength - 1);
    response.writeHead(206, { "content-range": `bytes ${start}-${end}/${body.byteLength}` });
    response.end(body.subarray(start, end + 1));
  }).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => void server.close() };
}
