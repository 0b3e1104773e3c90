import { readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { AbortedError, FormatError, IoError, MismatchError, UnavailableError } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { answer, content, downloadInto, listen, serve, SHA256, useFolder } from "../test/download-server.ts";
import { errorOf } from "../test/error-of.ts";
import type { DownloadOptions } from "./download-file.ts";

const folder = useFolder();
const download = (url: string, options: Partial<DownloadOptions> = {}): Promise<string> =>
  downloadInto(folder(), url, options);

async function files(): Promise<string[]> {
  return (await readdir(join(folder(), "cache"))).sort();
}

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
    const error = await errorOf(download(long.url, { path: join(folder(), "long") }));
    expect(error).toBeInstanceOf(MismatchError);
    const endless = await serve((_, response) => response.end());
    const fetch = async (): Promise<Response> => new Response(content, { headers: { "content-length": "1000" } });
    const more = await errorOf(download(endless.url, { fetch, path: join(folder(), "more") }));
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

  test("because the server is busy for longer than one waits: it says how long", async () => {
    const server = await serve((_, response) => response.writeHead(429, { "retry-after": "3600" }).end());
    const error = await errorOf(download(server.url));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toBe(
      `${server.url}: the server answered 429 Too Many Requests, and asks to wait 3600 seconds`,
    );
    expect(error.hint).toBe("Run it again in 60 minutes.");
    expect(server.seen.length).toBe(1);
  });

  test("because the server redirects to http", async () => {
    const fetch = async (): Promise<Response> =>
      new Response(null, { status: 302, headers: { location: "http://weights.example/model.pth" } });
    const error = await errorOf(download("https://weights.example/model.pth", { fetch }));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toContain("an unencrypted address");
    expect(await files()).toEqual([]);
  });

  test("because nobody is there", async () => {
    const server = createServer();
    const address = await listen(server);
    server.close();
    const error = await errorOf(download(`${address}/model.pth`));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toContain("cannot be reached");
    expect(error.hint).toContain("SAMOYED_MIRROR");
  });

  test("because the folder is none", async () => {
    const server = await serve((message, response) => answer(message, response));
    await writeFile(join(folder(), "file"), "");
    const error = await errorOf(download(server.url, { path: join(folder(), "file", "model.pth") }));
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
