import { existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".jpg": "image/jpeg",
};

/** Headers that give a page shared memory, and so threads. */
export const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "cross-origin",
};

/** Serves files of the first of some folders that has them; what none has is answered with 404. */
export async function serve(roots, headers = {}) {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname)).replace(
      /\/$/,
      "/index.html",
    );
    const file = roots.map((root) => join(root, path)).find((found) => existsSync(found) && statSync(found).isFile());
    const type = TYPES[extname(path)] ?? "application/octet-stream";
    response.writeHead(file ? 200 : 404, { ...headers, "content-type": type });
    response.end(file && (await readFile(file)));
  }).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}
