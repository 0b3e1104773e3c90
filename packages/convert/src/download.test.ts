import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AbortedError,
  FormatError,
  IoError,
  MismatchError,
  SamoyedError,
  UnavailableError,
  UnsupportedError,
  UsageError,
} from "@samoyed/core";
import { findModel, type ModelInfo } from "@samoyed/models";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { downloadCheckpoint, throughMirror } from "./download-checkpoint.ts";
import { downloadFile, type DownloadOptions } from "./download-file.ts";
import { environmentFetch } from "./environment-fetch.ts";
import { ASSETS, fetchAsset } from "./fetch-asset.ts";
import { hashFile } from "./hash-file.ts";

const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) % 256);
const SHA256 = createHash("sha256").update(content).digest("hex");

let folder: string;
const servers: Server[] = [];

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

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

interface TestServer {
  readonly origin: string;
  readonly url: string;
  readonly seen: Seen[];
}

/** A server on this machine; the handler gets the number of the request, from 1. */
async function serve(
  handler: (request: IncomingMessage, response: ServerResponse, count: number) => void,
): Promise<TestServer> {
  const seen: Seen[] = [];
  const server = createServer((message, response) => {
    const { range, "if-range": ifRange } = message.headers;
    seen.push({ method: message.method, url: message.url, range, ifRange: ifRange as string | undefined });
    handler(message, response, seen.length);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, url: `${origin}/files/model.pth`, seen };
}

interface Behaviour {
  readonly etag?: string | null;
  readonly lastModified?: string;
  /** Ends the connection after so many bytes of the body. */
  readonly breakAfter?: number;
  readonly ignoreRange?: boolean;
  readonly body?: Uint8Array;
}

/** Answers as RFC 9110 says, and then breaks off if told so. */
function answer(message: IncomingMessage, response: ServerResponse, behaviour: Behaviour = {}): void {
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
    // Not at once: a reset connection may take with it what was sent just before.
    response.write(part.subarray(0, breakAfter), () => setTimeout(() => response.destroy(), 20));
  }
}

const target = (): string => join(folder, "cache", "model.pth");

function download(url: string, options: Partial<DownloadOptions> = {}): Promise<string> {
  return downloadFile(url, { path: target(), sha256: SHA256, retryMilliseconds: 1, env: {}, ...options });
}

async function errorOf(promise: Promise<unknown>): Promise<SamoyedError> {
  const error: unknown = await promise.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(SamoyedError);
  return error as SamoyedError;
}

async function files(): Promise<string[]> {
  return (await readdir(join(folder, "cache"))).sort();
}

describe("a download", () => {
  test("brings the file, tells how far it is, and is not done twice", async () => {
    const server = await serve((message, response) => answer(message, response));
    const progress: { done: number; total: number }[] = [];
    expect(await download(server.url, { onProgress: (step) => progress.push(step) })).toBe(SHA256);
    expect((await readFile(target())).equals(content)).toBe(true);
    expect(await files()).toEqual(["model.pth"]);
    expect(progress.at(-1)).toEqual({ done: content.length, total: content.length });
    expect(await download(server.url, { sha256: SHA256.slice(0, 8) })).toBe(SHA256);
    expect(server.seen.length).toBe(1);
  });

  test("replaces a cached file that was damaged", async () => {
    const server = await serve((message, response) => answer(message, response));
    await download(server.url);
    await writeFile(target(), "damaged");
    expect(await download(server.url)).toBe(SHA256);
    expect((await stat(target())).size).toBe(content.length);
  });

  test("goes on where the connection broke, each time", async () => {
    const server = await serve((message, response, count) =>
      answer(message, response, count < 4 ? { breakAfter: 70_000 } : {}),
    );
    expect(await download(server.url)).toBe(SHA256);
    expect(server.seen.length).toBe(4);
    expect(server.seen.slice(1).every(({ ifRange }) => ifRange === '"one"')).toBe(true);
    const starts = server.seen.map(({ range }) => Number(/\d+/u.exec(range ?? "0")![0]));
    expect(starts[0]).toBe(0);
    expect(starts.every((start, i) => i === 0 || start > starts[i - 1]!)).toBe(true);
  });

  test("goes on after an interruption of the program", async () => {
    const controller = new AbortController();
    const slow = await serve((message, response, count) => {
      if (count === 1) {
        response.writeHead(200, { etag: '"one"', "content-length": String(content.length) });
        response.write(content.subarray(0, 100_000));
      } else {
        answer(message, response);
      }
    });
    const stop = ({ done }: { done: number }): void => {
      if (done >= 100_000) {
        controller.abort();
      }
    };
    const error = await errorOf(download(slow.url, { signal: controller.signal, onProgress: stop }));
    expect(error).toBeInstanceOf(AbortedError);
    expect(await files()).toEqual(["model.pth.part", "model.pth.part.json"]);
    expect(await download(slow.url)).toBe(SHA256);
    expect(slow.seen[1]).toMatchObject({ range: "bytes=100000-", ifRange: '"one"' });
    expect(await files()).toEqual(["model.pth"]);
  });

  test("takes a date where there is no ETag, or only a weak one", async () => {
    const lastModified = "Mon, 01 Jan 2024 00:00:00 GMT";
    for (const etag of [null, 'W/"one"']) {
      const server = await serve((message, response, count) =>
        answer(message, response, { etag, lastModified, ...(count === 1 && { breakAfter: 70_000 }) }),
      );
      expect(await download(server.url, { path: join(folder, `${etag}`.length.toString()) })).toBe(SHA256);
      expect(server.seen[1]!.ifRange).toBe(lastModified);
    }
  });

  test("begins again where nothing tells the versions apart", async () => {
    const server = await serve((message, response, count) =>
      answer(message, response, { etag: null, ...(count === 1 && { breakAfter: 70_000 }) }),
    );
    expect(await download(server.url)).toBe(SHA256);
    expect(server.seen[1]!.range).toBeUndefined();
  });

  test("begins again where the server ignores ranges", async () => {
    const server = await serve((message, response, count) =>
      answer(message, response, { ignoreRange: true, ...(count === 1 && { breakAfter: 70_000 }) }),
    );
    expect(await download(server.url)).toBe(SHA256);
    expect(server.seen[1]!.range).toMatch(/^bytes=\d+-$/u);
  });

  test("never mixes two versions", async () => {
    const old = new Uint8Array(content.length).fill(9);
    for (const cheat of [false, true]) {
      const server = await serve((message, response, count) => {
        if (count === 1) {
          answer(message, response, { etag: '"old"', body: old, breakAfter: 70_000 });
        } else if (cheat && count === 2) {
          // A server that ignores If-Range and sends the rest of the new version.
          const start = Number(/\d+/u.exec(message.headers.range!)![0]);
          response.writeHead(206, { etag: '"new"', "content-range": `bytes ${start}-299999/300000` });
          response.end(content.subarray(start));
        } else {
          answer(message, response, { etag: '"new"' });
        }
      });
      expect(await download(server.url, { path: join(folder, `${cheat}`) })).toBe(SHA256);
      expect(server.seen.length).toBe(cheat ? 3 : 2);
    }
  });

  test("takes no other part than it asked for", async () => {
    const server = await serve((message, response, count) => {
      if (count === 2) {
        response.writeHead(206, { etag: '"one"', "content-range": "bytes 0-299999/300000" }).end(content);
      } else {
        answer(message, response, count === 1 ? { breakAfter: 70_000 } : {});
      }
    });
    expect(await download(server.url)).toBe(SHA256);
    expect(server.seen.length).toBe(3);
  });

  test("goes on where a body ends too early without an error", async () => {
    const asked: (string | undefined)[] = [];
    const fetch = async (_url: string, { headers }: RequestInit): Promise<Response> => {
      const { range } = headers as Record<string, string>;
      asked.push(range);
      return range === undefined
        ? new Response(content.slice(0, 1000), { headers: { etag: '"one"', "content-length": "300000" } })
        : new Response(content.slice(1000), {
            status: 206,
            headers: { etag: '"one"', "content-range": "bytes 1000-299999/300000" },
          });
    };
    expect(await download("http://example.test/x.pth", { fetch })).toBe(SHA256);
    expect(asked).toEqual([undefined, "bytes=1000-"]);
  });

  test("may be slow as long as it is not silent", async () => {
    const server = await serve(async (_, response) => {
      response.writeHead(200, { etag: '"one"', "content-length": String(content.length) });
      for (let start = 0; start < content.length; start += 50_000) {
        response.write(content.subarray(start, start + 50_000));
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      response.end();
    });
    expect(await download(server.url, { idleMilliseconds: 1500 })).toBe(SHA256);
    expect(server.seen.length).toBe(1);
  });

  test("asks for another part only of what it knows, and finishes one that was whole already", async () => {
    const server = await serve((message, response) => answer(message, response));
    await mkdir(join(folder, "cache"));
    await writeFile(`${target()}.part`, content);
    const state = { url: server.url, etag: '"one"', lastModified: null, total: content.length };
    await writeFile(`${target()}.part.json`, JSON.stringify(state));
    expect(await download(server.url)).toBe(SHA256);
    expect(server.seen).toEqual([{ method: "GET", url: "/files/model.pth", range: "bytes=300000-", ifRange: '"one"' }]);

    for (const [name, text] of [
      ["another address", JSON.stringify({ ...state, url: "http://example.test/" })],
      ["half a state", '{"url": "ht'],
      ["another kind of state", '{"url": 7}'],
    ] as const) {
      const path = join(folder, name, "model.pth");
      await mkdir(join(folder, name));
      await writeFile(`${path}.part`, "garbage");
      await writeFile(`${path}.part.json`, text);
      expect(await download(server.url, { path })).toBe(SHA256);
      expect(server.seen.at(-1)!.range).toBeUndefined();
    }
  });

  test("begins again where the file became shorter", async () => {
    const server = await serve((message, response) => answer(message, response));
    await mkdir(join(folder, "cache"));
    await writeFile(`${target()}.part`, new Uint8Array(content.length + 10));
    await writeFile(
      `${target()}.part.json`,
      JSON.stringify({ url: server.url, etag: '"one"', lastModified: null, total: null }),
    );
    expect(await download(server.url)).toBe(SHA256);
    expect(server.seen.map(({ range }) => range)).toEqual(["bytes=300010-", undefined]);
  });

  test("tries again while the server is busy", async () => {
    const server = await serve((message, response, count) => {
      if (count === 1) {
        response.writeHead(503).end("busy");
      } else {
        answer(message, response);
      }
    });
    expect(await download(server.url)).toBe(SHA256);
  });

  test("tries again when the connection falls silent", async () => {
    const server = await serve((message, response, count) => {
      if (count === 1) {
        response.writeHead(200, { etag: '"one"', "content-length": String(content.length) });
        response.write(content.subarray(0, 1000));
      } else {
        answer(message, response);
      }
    });
    expect(await download(server.url, { idleMilliseconds: 100 })).toBe(SHA256);
    expect(server.seen[1]!.range).toBe("bytes=1000-");
  });
});

describe("a download that fails", () => {
  test("because the connection always breaks: it is kept, to go on with", async () => {
    const server = await serve((message, response, count) =>
      answer(message, response, { breakAfter: count === 1 ? 1000 : 0 }),
    );
    const error = await errorOf(download(server.url));
    expect(error).toBeInstanceOf(IoError);
    expect(error.hint).toContain("goes on where it stopped");
    expect(server.seen.length).toBe(6);
    expect(await files()).toEqual(["model.pth.part", "model.pth.part.json"]);
  });

  test("because the server lies about the length", async () => {
    const short = await serve((_, response) => {
      response.writeHead(200, { etag: '"one"', "content-length": String(content.length + 1) });
      response.write(content, () => response.destroy());
    });
    expect(await errorOf(download(short.url))).toBeInstanceOf(IoError);
    const long = await serve((_, response) => {
      response.writeHead(200, { etag: '"one"', "content-length": "1000" });
      response.flushHeaders();
      response.socket!.end(content);
    });
    const error = await errorOf(download(long.url, { path: join(folder, "long") }));
    expect(error).toBeInstanceOf(MismatchError);
    const endless = await serve((_, response) => response.end());
    const fetch = async (): Promise<Response> => new Response(content, { headers: { "content-length": "1000" } });
    const more = await errorOf(download(endless.url, { fetch, path: join(folder, "more") }));
    expect(more.message).toContain("more came than the 1000 bytes");
  });

  test("because a web page comes, by its type or by its bytes", async () => {
    const page = "<!DOCTYPE html>\n<html><body>Please log in</body></html>";
    for (const type of ["text/html; charset=utf-8", "application/octet-stream"]) {
      const server = await serve((_, response) => response.writeHead(200, { "content-type": type }).end(page));
      const error = await errorOf(download(server.url));
      expect(error).toBeInstanceOf(FormatError);
      expect(error.message).toBe(`${server.url}: a web page came, not a file`);
      expect(error.hint).toContain("login");
      expect(server.seen.length).toBe(1);
      expect(await files()).toEqual([]);
    }
  });

  test("because a page comes byte by byte", async () => {
    const server = await serve(async (_, response) => {
      response.writeHead(200, { "content-type": "application/octet-stream" });
      for (const character of "\n <html><body>no</body></html>") {
        response.write(character);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      response.end();
    });
    expect((await errorOf(download(server.url))).message).toContain("a web page came");
  });

  test("because a Git LFS pointer comes", async () => {
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    const server = await serve((_, response) => response.end(pointer));
    const error = await errorOf(download(server.url));
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toContain("Git LFS pointer");
    expect(await files()).toEqual([]);
  });

  test("because the hash differs: nothing is kept", async () => {
    const server = await serve((message, response) => answer(message, response, { body: content.subarray(1) }));
    const error = await errorOf(download(server.url, { sha256: SHA256.slice(0, 8) }));
    expect(error).toBeInstanceOf(MismatchError);
    expect(error.message).toContain(`expected ${SHA256.slice(0, 8)}…`);
    expect(await files()).toEqual([]);
  });

  test("because the server refuses: at once", async () => {
    for (const status of [401, 403, 404, 410]) {
      const server = await serve((_, response) => response.writeHead(status).end());
      const error = await errorOf(download(server.url));
      expect(error).toBeInstanceOf(UnavailableError);
      expect(error.message).toContain(`answered ${status}`);
      expect(server.seen.length).toBe(1);
    }
    const busy = await serve((_, response) => response.writeHead(503).end());
    expect(await errorOf(download(busy.url))).toBeInstanceOf(UnavailableError);
    expect(busy.seen.length).toBe(2);
  });

  test("because nobody is there", async () => {
    const server = await serve((_, response) => response.end());
    servers[0]!.close();
    const error = await errorOf(download(server.url));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toContain("cannot be reached");
    expect(error.hint).toContain("SAMOYED_MIRROR");
  });

  test("because the folder is none", async () => {
    const server = await serve((message, response) => answer(message, response));
    await writeFile(join(folder, "file"), "");
    const error = await errorOf(download(server.url, { path: join(folder, "file", "model.pth") }));
    expect(error).toBeInstanceOf(IoError);
    expect(server.seen.length).toBe(0);
  });

  test("because the signal fired before, or while waiting for the next try", async () => {
    const server = await serve((message, response) => answer(message, response, { breakAfter: 0 }));
    expect(await errorOf(download(server.url, { signal: AbortSignal.abort() }))).toBeInstanceOf(AbortedError);
    const signal = AbortSignal.timeout(50);
    const error = await errorOf(download(server.url, { signal, retryMilliseconds: 60_000 }));
    expect(error).toBeInstanceOf(AbortedError);
  });
});

describe("a published checkpoint", () => {
  const info: ModelInfo = {
    ...findModel("ssl_resnet18"),
    url: "https://weights.example/model_files/semi_supervised-abc.pth",
    sha256Prefix: SHA256.slice(0, 8),
  };

  test("comes from the mirror, is verified by its name, and cached", async () => {
    const server = await serve((message, response) => answer(message, response));
    const options = { cacheDir: folder, acceptLicense: true, env: { SAMOYED_MIRROR: `${server.origin}/mirror/` } };
    const path = await downloadCheckpoint(info, options);
    expect(path).toBe(join(folder, "checkpoints", "semi_supervised-abc.pth"));
    expect(server.seen).toMatchObject([{ url: "/mirror/model_files/semi_supervised-abc.pth" }]);
    await utimes(path, new Date(0), new Date(0));
    expect(await downloadCheckpoint(info, { ...options, mirror: "http://127.0.0.1:9" })).toBe(path);
    expect(await hashFile(path)).toBe(SHA256);
  });

  test("that does not have the digits of its name is refused", async () => {
    const server = await serve((message, response) => answer(message, response, { body: content.subarray(1) }));
    const options = { cacheDir: folder, acceptLicense: true, mirror: server.origin, env: {} };
    expect(await errorOf(downloadCheckpoint(info, options))).toBeInstanceOf(MismatchError);
  });

  test("needs its licence accepted, unless that asks for nothing", async () => {
    const server = await serve((message, response) => answer(message, response));
    const options = { cacheDir: folder, acceptLicense: false, mirror: server.origin, env: {} };
    const error = await errorOf(downloadCheckpoint(info, options));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toContain("published under cc-by-nc-4.0");
    expect(error.hint).toContain("--accept-license");
    expect(server.seen.length).toBe(0);
    await downloadCheckpoint({ ...info, license: "apache-2.0" }, options);
    expect(server.seen.length).toBe(1);
  });

  test("comes from the hub where its authors have it only there, or not at all", async () => {
    const server = await serve((message, response) => answer(message, response));
    const { url: _url, sha256Prefix: _prefix, ...rest } = info;
    const options = { cacheDir: folder, acceptLicense: true, mirror: server.origin, env: {} };
    const path = await downloadCheckpoint({ ...rest, huggingFace: "timm/some.tag" }, options);
    expect(path).toBe(join(folder, "checkpoints", "resnet18.fb_ssl_yfcc100m_ft_in1k.safetensors"));
    expect(server.seen[0]!.url).toBe("/timm/some.tag/resolve/main/model.safetensors");
    const { huggingFace: _hub, ...nowhere } = rest;
    expect(await errorOf(downloadCheckpoint(nowhere, options))).toBeInstanceOf(UnsupportedError);
  });

  test("a mirror's address is checked", () => {
    expect(throughMirror("https://a.example/x/y.pth", undefined)).toBe("https://a.example/x/y.pth");
    expect(throughMirror("https://a.example/x/y.pth?z=1", "http://m.example/base/")).toBe(
      "http://m.example/base/x/y.pth",
    );
    for (const mirror of ["mirror", "file:///tmp", "ftp://m.example"]) {
      expect(() => throughMirror("https://a.example/x", mirror)).toThrow(UsageError);
    }
  });
});

describe("an asset", () => {
  const text = new TextEncoder().encode("not the photograph");

  test("is pinned as the golden data has it", async () => {
    const url = new URL("../../../golden/assets.json", import.meta.url);
    const pinned = JSON.parse(await readFile(url, "utf8")) as Record<string, unknown>;
    expect(Object.fromEntries(ASSETS)).toEqual(pinned);
  });

  test("is taken from SAMOYED_ASSETS where that has it, and must be the right one", async () => {
    const given = process.env["SAMOYED_ASSETS"];
    if (given !== undefined) {
      const bytes = await fetchAsset("dog.jpg", { cacheDir: folder, env: { SAMOYED_ASSETS: given } });
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(ASSETS.get("dog.jpg")!.sha256);
    }
    await writeFile(join(folder, "dog.jpg"), text);
    const error = await errorOf(fetchAsset("dog.jpg", { cacheDir: folder, env: { SAMOYED_ASSETS: folder } }));
    expect(error).toBeInstanceOf(MismatchError);
    expect(error.hint).toContain("SAMOYED_ASSETS");
  });

  test("is downloaded otherwise, and must be the right one", async () => {
    const server = await serve((_, response) => response.end(text));
    const env = { SAMOYED_ASSETS: join(folder, "empty"), SAMOYED_MIRROR: server.origin };
    const error = await errorOf(fetchAsset("imagenet_classes.txt", { cacheDir: folder, env }));
    expect(error).toBeInstanceOf(MismatchError);
    expect(server.seen[0]!.url).toBe("/pytorch/hub/master/imagenet_classes.txt");
    expect(await errorOf(fetchAsset("cat.jpg", { cacheDir: folder, env }))).toBeInstanceOf(UsageError);
  });
});

describe("proxies", () => {
  /** A proxy on this machine: what it was asked for, in either of the two ways. */
  async function proxy(): Promise<{ address: string; asked: string[] }> {
    const asked: string[] = [];
    const server = createServer((message, response) => {
      asked.push(`${message.method} ${message.url}`);
      request(message.url!, { headers: message.headers }, (answered) => {
        response.writeHead(answered.statusCode!, answered.headers);
        answered.pipe(response);
      }).end();
    });
    server.on("connect", (message, socket) => {
      asked.push(`CONNECT ${message.url}`);
      const [host, port] = message.url!.split(":");
      const upstream = connect(Number(port), host, () => {
        socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        upstream.pipe(socket);
        socket.pipe(upstream);
      });
      upstream.on("error", () => socket.destroy());
      socket.on("error", () => upstream.destroy());
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
  }

  test.each(["http_proxy", "HTTP_PROXY"])("%s is used", async (name) => {
    const server = await serve((message, response) => answer(message, response));
    const { address, asked } = await proxy();
    expect(await download(server.url, { env: { [name]: address } })).toBe(SHA256);
    expect(asked.length).toBe(1);
    expect(asked[0]).toContain(new URL(server.url).host);
  });

  test("hosts in NO_PROXY are reached without it", async () => {
    const server = await serve((message, response) => answer(message, response));
    const { address, asked } = await proxy();
    expect(await download(server.url, { env: { HTTP_PROXY: address, NO_PROXY: "127.0.0.1" } })).toBe(SHA256);
    expect(asked).toEqual([]);
  });

  test("HTTPS_PROXY is for https alone", async () => {
    const server = await serve((message, response) => answer(message, response));
    const { address, asked } = await proxy();
    expect(await download(server.url, { env: { HTTPS_PROXY: address } })).toBe(SHA256);
    expect(asked).toEqual([]);
    const fetch = environmentFetch({ HTTPS_PROXY: address });
    await expect(fetch("https://127.0.0.1:44399/", {})).rejects.toThrow();
    expect(asked).toEqual(["CONNECT 127.0.0.1:44399"]);
  });

  test("that hangs up, or wants a login, is asked once for each try", async () => {
    let asked = 0;
    for (const reply of ["", "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"]) {
      const server = createServer();
      servers.push(server);
      server.on("connect", (_, socket) => {
        asked++;
        socket.end(reply);
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const error = await errorOf(download("https://weights.example/x.pth", { env: { HTTPS_PROXY: address } }));
      expect(error).toBeInstanceOf(UnavailableError);
      expect(error.hint).toContain("HTTPS_PROXY");
    }
    expect(asked).toBe(4);
  });

  test("an address that is none is a mistake in the settings", () => {
    expect(() => environmentFetch({ HTTPS_PROXY: "proxy:port:80" })).toThrow(UsageError);
  });
});

test("hashing in another thread", async () => {
  const path = join(folder, "a");
  await writeFile(path, content);
  expect(await hashFile(path)).toBe(SHA256);
  expect((await errorOf(hashFile(join(folder, "none")))).message).toContain("cannot be read (ENOENT)");
  expect(await errorOf(hashFile(path, { signal: AbortSignal.abort() }))).toBeInstanceOf(AbortedError);
  const controller = new AbortController();
  const pending = hashFile(path, { signal: controller.signal });
  controller.abort();
  expect(await errorOf(pending)).toBeInstanceOf(AbortedError);
});
