import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { AbortedError, FormatError, IoError, UnavailableError, UnsupportedError } from "../errors.ts";
import { httpSource, MAX_UNRANGED_BYTES } from "./http-source.ts";

const data = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  range: readonly [number, number] | undefined,
) => void;

/** A server on this machine; the handler receives the requested range. */
async function serve(handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    const match = /^bytes=(\d+)-(\d+)$/u.exec(request.headers.range ?? "");
    handler(request, response, match ? [Number(match[1]), Math.min(Number(match[2]), data.length - 1)] : undefined);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.pth`;
}

/** Responds like a correct server, with changes. */
function answer(
  response: ServerResponse,
  range: readonly [number, number] | undefined,
  { headers = {}, status = 206, body }: { headers?: Record<string, string>; status?: number; body?: Uint8Array } = {},
): void {
  const [start, end] = range ?? [0, data.length - 1];
  response.writeHead(status, {
    etag: '"one"',
    "content-range": `bytes ${start}-${end}/${data.length}`,
    "content-length": String(body?.byteLength ?? end + 1 - start),
    ...headers,
  });
  response.end(body ?? data.subarray(start, end + 1));
}

test("a resource is read by byte range", async () => {
  const asked: (string | undefined)[] = [];
  const url = await serve((request, response, range) => {
    asked.push(request.headers.range);
    expect(request.headers["x-token"]).toBe("abc");
    answer(response, range);
  });
  const source = await httpSource(url, { headers: { "x-token": "abc" } });
  expect(source).toMatchObject({ byteLength: 1000, label: url });
  expect(await source.read(990, 10)).toEqual(data.subarray(990));
  expect(await source.read(5, 0)).toEqual(new Uint8Array(0));
  await expect(source.read(990, 11)).rejects.toThrow(FormatError);
  expect(asked).toEqual(["bytes=0-0", "bytes=990-999"]);
});

test("from a server that ignores ranges the whole is read, once", async () => {
  let requests = 0;
  const url = await serve((_, response) => {
    requests++;
    response.end(data);
  });
  const source = await httpSource(url);
  expect(await source.read(10, 20)).toEqual(data.subarray(10, 30));
  expect(await source.read(0, 1000)).toEqual(data);
  expect(requests).toBe(1);
});

test("a server that ignores ranges and sends too much is refused before it is downloaded", async () => {
  const stated = await serve((_, response) => {
    response.writeHead(200, { "content-length": String(MAX_UNRANGED_BYTES + 1) });
    response.write(data);
  });
  await expect(httpSource(stated)).rejects.toThrow(UnsupportedError);
  const endless = {
    fetch: async () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(64 << 20)),
        }),
      ),
  };
  await expect(httpSource("http://example.test/endless", endless)).rejects.toThrow("it is larger than");
});

test("an empty resource", async () => {
  const url = await serve((_, response) => {
    response.writeHead(416, { "content-range": "bytes */0" }).end();
  });
  expect((await httpSource(url)).byteLength).toBe(0);
});

test.each<[string, (count: number) => { headers?: Record<string, string>; status?: number }]>([
  ["its ETag", (count) => ({ headers: { etag: `"${count}"` } })],
  ["its Last-Modified", (count) => ({ headers: { "last-modified": new Date(count * 1000).toUTCString() } })],
  ["its size", (count) => ({ headers: { "content-range": `bytes 0-0/${1000 + count}` } })],
  ["to ignoring ranges", (count) => ({ status: count > 1 ? 200 : 206 })],
  ["to being gone", (count) => ({ status: count > 1 ? 416 : 206 })],
  ["its encoding", (count) => ({ headers: count > 1 ? { "content-encoding": "x-unknown" } : {} })],
])("a resource that changes %s is a typed error, not a mixture", async (_, change) => {
  let count = 0;
  const url = await serve((_request, response, range) => answer(response, range, change(++count)));
  const source = await httpSource(url);
  await expect(source.read(0, 1)).rejects.toThrow(`${url}: changed while it was being read`);
  await expect(source.read(0, 1)).rejects.toThrow(IoError);
});

test("a body that is cut off, short, long or of another range", async () => {
  let count = 0;
  const reply = (kind: string): Promise<string> => {
    count = 0;
    return serve((_request, response, range) => {
      if (++count === 1) {
        answer(response, range);
      } else if (kind === "broken") {
        response.writeHead(206, { etag: '"one"', "content-range": "bytes 0-99/1000", "content-length": "100" });
        response.write(data.subarray(0, 10), () => response.destroy());
      } else if (kind === "elsewhere") {
        answer(response, [100, 199]);
      } else {
        const body = data.subarray(0, kind === "short" ? 99 : 101);
        answer(response, [0, 99], { body });
      }
    });
  };
  const read = async (kind: string): Promise<Uint8Array> => (await httpSource(await reply(kind))).read(0, 100);
  await expect(read("broken")).rejects.toThrow("the connection was lost");
  await expect(read("short")).rejects.toThrow("99 bytes received; expected 100");
  await expect(read("long")).rejects.toThrow("more than the 100 bytes requested");
  await expect(read("elsewhere")).rejects.toThrow("the server sent bytes 100-199/1000");
});

test("a whole body that is cut off", async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write(data.subarray(0, 10), () => response.destroy());
  });
  await expect(httpSource(url)).rejects.toThrow(IoError);
});

test("a refusal by the server, and a server that cannot be reached", async () => {
  for (const status of [401, 404, 500]) {
    const url = await serve((_, response) => response.writeHead(status).end("<html>no</html>"));
    const error: unknown = await httpSource(url).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UnavailableError);
    expect((error as UnavailableError).message).toContain(`answered ${status}`);
    expect((error as UnavailableError).hint).toMatch(status === 401 ? /license/u : /address|later/u);
  }
  const url = await serve((_, response) => response.end());
  servers[servers.length - 1]!.close();
  await expect(httpSource(url)).rejects.toThrow(/cannot be reached|was lost/u);
});

test("where a browser hides Content-Range, the size comes from a HEAD", async () => {
  const init = (status: number, headers: Record<string, string> = {}): ResponseInit => ({ status, headers });
  const fetch = async (_url: string, { method, headers }: RequestInit): Promise<Response> => {
    if (method === "HEAD") {
      return new Response(null, init(200, { "content-length": "1000" }));
    }
    const [, start, end] = /bytes=(\d+)-(\d+)/u.exec((headers as Record<string, string>)["range"]!)!;
    return new Response(data.slice(Number(start), Number(end) + 1), init(206));
  };
  const source = await httpSource("https://example.test/x", { fetch });
  expect(source.byteLength).toBe(1000);
  expect(await source.read(7, 3)).toEqual(data.subarray(7, 10));
  const silent = { fetch: async () => new Response(null, init(206)) };
  await expect(httpSource("https://example.test/x", silent)).rejects.toThrow("does not say how long it is");
});

test("ranges of a compressed body are not ranges of the resource", async () => {
  const fetch = async (): Promise<Response> =>
    new Response("x", { status: 206, headers: { "content-encoding": "gzip", "content-range": "bytes 0-0/9" } });
  await expect(httpSource("https://example.test/x", { fetch })).rejects.toThrow(UnsupportedError);
});

test("a signal stops a request in progress", async () => {
  let count = 0;
  const controller = new AbortController();
  const url = await serve((_, response, range) => {
    if (++count === 1) {
      answer(response, range);
    } else {
      controller.abort();
    }
  });
  const source = await httpSource(url);
  await expect(source.read(0, 10, { signal: controller.signal })).rejects.toThrow(AbortedError);
  await expect(httpSource(url, { signal: controller.signal })).rejects.toThrow(AbortedError);
});
