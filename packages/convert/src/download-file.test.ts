import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AbortedError } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { answer, content, downloadInto, serve, SHA256, useFolder } from "../test/download-server.ts";
import { errorOf } from "../test/error-of.ts";
import type { DownloadOptions } from "./download-file.ts";

const folder = useFolder();
const download = (url: string, options: Partial<DownloadOptions> = {}): Promise<string> =>
  downloadInto(folder(), url, options);
const target = (): string => join(folder(), "cache", "model.pth");

async function files(): Promise<string[]> {
  return (await readdir(join(folder(), "cache"))).sort();
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
    expect(error.hint).toBe("Run it again: the download goes on where it stopped.");
    expect(await files()).toEqual(["model.pth.part", "model.pth.part.json"]);
    expect(await download(slow.url)).toBe(SHA256);
    expect(slow.seen[1]).toMatchObject({ range: "bytes=100000-", ifRange: '"one"' });
    expect(await files()).toEqual(["model.pth"]);
  });

  test("keeps nothing after an interruption where nothing tells the versions apart", async () => {
    const controller = new AbortController();
    const server = await serve((_, response) => {
      response.writeHead(200, { "content-length": String(content.length) });
      response.write(content.subarray(0, 100_000));
    });
    const error = await errorOf(
      download(server.url, { signal: controller.signal, onProgress: () => controller.abort() }),
    );
    expect(error).toBeInstanceOf(AbortedError);
    expect(error.hint).toBeUndefined();
    expect(await files()).toEqual([]);
  });

  test("takes a date where there is no ETag, or only a weak one", async () => {
    const lastModified = "Mon, 01 Jan 2024 00:00:00 GMT";
    for (const etag of [null, 'W/"one"']) {
      const server = await serve((message, response, count) =>
        answer(message, response, { etag, lastModified, ...(count === 1 && { breakAfter: 70_000 }) }),
      );
      expect(await download(server.url, { path: join(folder(), `${etag}`.length.toString()) })).toBe(SHA256);
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
      expect(await download(server.url, { path: join(folder(), `${cheat}`) })).toBe(SHA256);
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
    await mkdir(join(folder(), "cache"));
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
      const path = join(folder(), name, "model.pth");
      await mkdir(join(folder(), name));
      await writeFile(`${path}.part`, "garbage");
      await writeFile(`${path}.part.json`, text);
      expect(await download(server.url, { path })).toBe(SHA256);
      expect(server.seen.at(-1)!.range).toBeUndefined();
    }
  });

  test("begins again where the file became shorter", async () => {
    const server = await serve((message, response) => answer(message, response));
    await mkdir(join(folder(), "cache"));
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

  test("waits as long as a busy server asks, and then tries more than twice", async () => {
    const asked: number[] = [];
    const server = await serve((message, response, count) => {
      asked.push(Date.now());
      if (count < 4) {
        response.writeHead(429, { "retry-after": count === 1 ? "1" : "0" }).end("busy");
      } else {
        answer(message, response);
      }
    });
    expect(await download(server.url)).toBe(SHA256);
    expect(asked[1]! - asked[0]!).toBeGreaterThanOrEqual(1000);
    expect(asked.length).toBe(4);
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
