import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { AbortedError, UnavailableError } from "@samoyed/core";
import { beforeEach, describe, expect, test } from "vitest";
import { answer, content, downloadInto, serve, SHA256, type TestServer, useFolder } from "../test/download-server.ts";
import { errorOf } from "../test/error-of.ts";
import type { DownloadOptions } from "./download-file.ts";
import { takeAway } from "./download-lock.ts";

const folder = useFolder();
const target = (): string => join(folder(), "cache", "model.pth");
const download = (url: string, options: Partial<DownloadOptions> = {}): Promise<string> =>
  downloadInto(folder(), url, options);

/** A server that sends half at once, and the rest when `release` is called. */
async function slow(): Promise<TestServer & { readonly release: () => void }> {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const server = await serve(async (_, response) => {
    response.writeHead(200, { etag: '"one"', "content-length": String(content.length) });
    response.write(content.subarray(0, 150_000));
    await released;
    response.end(content.subarray(150_000));
  });
  return { ...server, release };
}

/** Waits until a server is asked for something: whoever asks holds the lock. */
async function asked(server: TestServer): Promise<void> {
  await expect.poll(() => server.seen.length).toBeGreaterThan(0);
}

describe("two downloads of one file", () => {
  test("the second waits for the first, shows its progress, and takes what it brought", async () => {
    const server = await slow();
    const seen: number[] = [];
    const first = download(server.url);
    await asked(server);
    const second = download(server.url, {
      onProgress({ done }) {
        seen.push(done);
        if (done === 150_000) server.release();
      },
    });
    expect(await Promise.all([first, second])).toEqual([SHA256, SHA256]);
    expect(server.seen.length).toBe(1);
    expect(seen).toContain(150_000);
    expect((await readFile(target())).equals(content)).toBe(true);
    expect(await readdir(join(folder(), "cache"))).toEqual(["model.pth"]);
  });

  test("the second goes on where the first gave up", async () => {
    const server = await serve((message, response, count) =>
      answer(message, response, { ...(count <= 6 && { breakAfter: count === 1 ? 1000 : 0 }) }),
    );
    const [first, second] = await Promise.allSettled([
      download(server.url),
      wait(20).then(() => download(server.url, { retryMilliseconds: 1 })),
    ]);
    expect(first.status).toBe("rejected");
    expect(second).toEqual({ status: "fulfilled", value: SHA256 });
    expect(server.seen.at(-1)!.range).toBe("bytes=1000-");
  });

  test("of which the first stands still: the second says so, and where the lock is", async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { etag: '"one"', "content-length": String(content.length) });
      response.write(content.subarray(0, 1000));
    });
    const stop = new AbortController();
    const first = errorOf(download(server.url, { signal: stop.signal }));
    await asked(server);
    const error = await errorOf(download(server.url, { idleMilliseconds: 300 }));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toBe(`${target()}: another download of it is running, and stands still`);
    expect(error.hint).toContain(`delete ${target()}.lock`);
    stop.abort();
    expect(await first).toBeInstanceOf(AbortedError);
    expect(await readdir(join(folder(), "cache"))).toEqual(["model.pth.part", "model.pth.part.json"]);
  });

  test("of which the second is interrupted while it waits: the first goes on", async () => {
    const server = await slow();
    const first = download(server.url);
    await asked(server);
    expect(await errorOf(download(server.url, { signal: AbortSignal.timeout(50) }))).toBeInstanceOf(AbortedError);
    server.release();
    expect(await first).toBe(SHA256);
  });
});

describe("the lock", () => {
  /** A process that is no more. */
  const gone = spawnSync(process.execPath, ["--version"]).pid;
  const lock = (): string => `${target()}.lock`;
  let server: TestServer;
  beforeEach(async () => {
    server = await serve((message, response) => answer(message, response));
    await mkdir(join(folder(), "cache"));
  });

  test("of a process that is no more is taken over, by one of many", async () => {
    await writeFile(lock(), `${gone} ${hostname()} token\n`);
    const all = Array.from({ length: 8 }, () => download(server.url));
    expect(new Set(await Promise.all(all))).toEqual(new Set([SHA256]));
    expect(server.seen.length).toBe(1);
    expect(await readdir(join(folder(), "cache"))).toEqual(["model.pth"]);
  });

  test("that nobody wrote a name into is taken over once it is old", async () => {
    await writeFile(lock(), "");
    const before = await errorOf(download(server.url, { idleMilliseconds: 150 }));
    expect(before).toBeInstanceOf(UnavailableError);
    await utimes(lock(), 1_000_000, 1_000_000);
    expect(await download(server.url)).toBe(SHA256);
  });

  test.each([
    ["a process that runs", `${process.pid} ${hostname()} token\n`],
    ["a process on another machine", `${gone} another-${hostname()} token\n`],
  ])("of %s is left alone", async (_, holder) => {
    await writeFile(lock(), holder);
    expect(await errorOf(download(server.url, { idleMilliseconds: 150 }))).toBeInstanceOf(UnavailableError);
    expect(await readFile(lock(), "utf8")).toBe(holder);
    expect(server.seen.length).toBe(0);
  });

  test("that took a stale one's place meanwhile stays; the stale one goes", async () => {
    await writeFile(lock(), "fresh\n");
    await takeAway(lock(), "stale\n");
    expect(await readFile(lock(), "utf8")).toBe("fresh\n");
    await takeAway(lock(), "fresh\n");
    await takeAway(lock(), "fresh\n");
    expect(await readdir(join(folder(), "cache"))).toEqual([]);
  });
});
