import { createHash } from "node:crypto";
import { access, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { type Fetch, FormatError, IoError, MismatchError, UnavailableError } from "@samoyed/core";
import type { ModelInfo } from "@samoyed/models";
import { describe, expect, test } from "vitest";
import { answer, content, serve, SHA256, type TestServer, useFolder } from "../test/download-server.ts";
import { errorOf } from "../test/error-of.ts";
import { downloadCheckpoint, type DownloadCheckpointOptions } from "./download-checkpoint.ts";

const folder = useFolder();

const INFO: ModelInfo = {
  name: "wren.a_in1k",
  aliases: [],
  architectureName: "wren",
  numClasses: 1000,
  preprocess: { inputSize: [3, 8, 8], interpolation: "bicubic", cropPct: 1, cropMode: "center", mean: [0], std: [1] },
  license: "mit",
  huggingFace: "timm/wren.a_in1k",
};
const FILE = "wren.a_in1k.safetensors";
const ADDRESS = "/timm/wren.a_in1k/resolve/main/model.safetensors";

/** The hub's redirect to a large file's content, which states the hash. */
function redirect(response: ServerResponse, sha256: string = SHA256): void {
  response.writeHead(302, { location: "/content", "x-linked-etag": `"${sha256}"` }).end("Found. Redirecting");
}

/** The hub's own address, answered by a server on this machine. */
function hubFetch({ origin }: TestServer): Fetch {
  return (url, init) => fetch(url.replace("https://huggingface.co", origin), init);
}

const download = (server: TestServer, options: Partial<DownloadCheckpointOptions> = {}): Promise<string> =>
  downloadCheckpoint(INFO, {
    cacheDir: folder(),
    acceptLicense: false,
    env: {},
    fetch: hubFetch(server),
    retryMilliseconds: 1,
    ...options,
  });

const cached = async (): Promise<string[]> => (await readdir(join(folder(), "checkpoints"))).sort();

describe("a file of the hub", () => {
  test("is verified by the SHA-256 of the hub's redirect, and then needs no network", async () => {
    const server = await serve((message, response) =>
      message.url === ADDRESS ? redirect(response) : answer(message, response),
    );
    const path = await download(server);
    expect(path).toBe(join(folder(), "checkpoints", FILE));
    expect(await readFile(`${path}.sha256`, "utf8")).toBe(`${SHA256}  ${FILE}\n`);
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([`GET ${ADDRESS}`, "GET /content"]);
    const offline: Fetch = () => Promise.reject(new Error("no network"));
    expect(await download(server, { fetch: offline })).toBe(path);
  });

  test("is verified across a broken connection", async () => {
    const server = await serve((message, response, count) => {
      if (message.url === ADDRESS) redirect(response);
      else answer(message, response, count === 2 ? { breakAfter: 0 } : {});
    });
    await download(server);
    expect(await cached()).toEqual([FILE, `${FILE}.sha256`]);
  });

  test("that is another one is refused, and nothing of it stays", async () => {
    const other = content.slice();
    other[17]! ^= 1;
    const server = await serve((message, response) =>
      message.url === ADDRESS ? redirect(response) : answer(message, response, { body: other }),
    );
    const error = await errorOf(download(server));
    expect(error).toBeInstanceOf(MismatchError);
    expect(error.details).toMatchObject({ expected: SHA256, got: createHash("sha256").update(other).digest("hex") });
    expect(await cached()).toEqual([]);
  });

  test("of which the hub states no SHA-256 is not taken", async () => {
    for (const etag of [undefined, `"${"ab".repeat(20)}"`]) {
      const server = await serve((message, response) => {
        if (etag !== undefined) response.setHeader("x-linked-etag", etag);
        answer(message, response);
      });
      const error = await errorOf(download(server));
      expect(error).toBeInstanceOf(UnavailableError);
      expect(error.message).toContain("states no SHA-256");
      expect(server.seen.length).toBe(1);
      expect(await cached()).toEqual([]);
    }
  });

  test("in whose place a page comes, with the right status and hash, is not taken", async () => {
    const page = new TextEncoder().encode("<!doctype html><title>Sign in</title>");
    const server = await serve((message, response) =>
      message.url === ADDRESS ? redirect(response) : answer(message, response, { body: page }),
    );
    expect(await errorOf(download(server))).toBeInstanceOf(FormatError);
    expect(await cached()).toEqual([]);
  });

  test("that is cut short by a server that does not say how long it is has another hash", async () => {
    const server = await serve((message, response) => {
      if (message.url === ADDRESS) redirect(response);
      // Without a length the end of the connection is the end of the body.
      else response.writeHead(200, { etag: '"one"', "transfer-encoding": "identity" }).end(content.subarray(0, 1000));
    });
    const error = await errorOf(download(server));
    expect(error instanceof MismatchError || error instanceof IoError).toBe(true);
    await expect(access(join(folder(), "checkpoints", FILE))).rejects.toThrow("ENOENT");
  });

  test("that lies in the cache without a record was never verified: it is brought anew", async () => {
    await mkdir(join(folder(), "checkpoints"));
    await writeFile(join(folder(), "checkpoints", FILE), "older");
    const server = await serve((message, response) =>
      message.url === ADDRESS ? redirect(response) : answer(message, response),
    );
    const path = await download(server);
    expect((await readFile(path)).equals(content)).toBe(true);
  });
});

describe("a mirror of the hub", () => {
  const viaMirror = (server: TestServer, unverified: string[]): Promise<string> =>
    download(server, { mirror: server.origin, fetch: fetch, onUnverified: (sha256) => unverified.push(sha256) });

  test("that states the hash is checked against it", async () => {
    const server = await serve((message, response) => {
      response.setHeader("x-linked-etag", `"${"0".repeat(64)}"`);
      answer(message, response);
    });
    expect(await errorOf(viaMirror(server, []))).toBeInstanceOf(MismatchError);
  });

  test("that states none is believed, and the caller is told once", async () => {
    const server = await serve((message, response) => answer(message, response));
    const unverified: string[] = [];
    await viaMirror(server, unverified);
    await viaMirror(server, unverified);
    expect(unverified).toEqual([SHA256]);
  });
});

test("the authors' file whose name has no hash comes from the hub where that has it", async () => {
  const server = await serve((message, response) =>
    message.url === ADDRESS ? redirect(response) : answer(message, response),
  );
  const options = { cacheDir: folder(), acceptLicense: false, env: {}, fetch: hubFetch(server) };
  await downloadCheckpoint({ ...INFO, url: "https://authors.example/wren.pth" }, options);
  expect(server.seen[0]!.url).toBe(ADDRESS);
});
