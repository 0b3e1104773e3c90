import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { basename, join } from "node:path";

const TYPES = {
  html: "text/html",
  js: "text/javascript",
  mjs: "text/javascript",
  json: "application/json",
  wasm: "application/wasm",
};
const ISOLATION = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/**
 * Serves programs from memory and models from a folder (at /models/), and records which programs were requested.
 *
 * @param files by path
 * @param isolation "isolated" gives pages shared memory, and so threads
 */
export async function servePage({ files, models, isolation }) {
  const fetched = new Map();
  const server = createServer((request, response) => {
    const path = request.url;
    const headers = {
      "content-type": TYPES[path.split(".").at(-1)] ?? "application/octet-stream",
      ...(isolation === "isolated" ? ISOLATION : {}),
    };
    if (path.startsWith("/models/")) {
      const file = join(
        models,
        ...path
          .split("/")
          .slice(2)
          .map((part) => basename(part)),
      );
      response.writeHead(200, { ...headers, "content-length": statSync(file).size });
      createReadStream(file, { highWaterMark: 1 << 20 }).pipe(response);
      return;
    }
    const body = files.get(path);
    if (body && !path.endsWith(".html")) fetched.set(path, body);
    response.writeHead(body ? 200 : 404, headers).end(body);
  }).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  return { url: `http://127.0.0.1:${server.address().port}`, fetched, close: () => server.close() };
}
