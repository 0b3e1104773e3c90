import { readdir, stat } from "node:fs/promises";
import { UnavailableError, UsageError } from "@samoyed/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { locateArchitectureData, readArchitectureData as readInBrowser } from "./index.ts";
import { readArchitectureData as readInNode } from "./node.ts";

describe.each([
  ["in Node", readInNode],
  ["in browsers", readInBrowser],
])("%s", (_, read) => {
  it.each(["", ".", "..", "../package.json", "a/b", "A.json", "%2e%2e", ".hidden", "a\\b", "a b"])(
    "refuses the name %j",
    async (file) => {
      await expect(read(file)).rejects.toThrow(UsageError);
    },
  );
});

describe("locateArchitectureData", () => {
  const OWN = new URL("../data/", import.meta.url);
  afterEach(() => locateArchitectureData(OWN));

  it("needs a folder's address, in Node one on this machine", async () => {
    expect(() => locateArchitectureData(new URL("https://a.example/data"))).toThrow(UsageError);
    locateArchitectureData(new URL("https://a.example/data/"));
    await expect(readInNode("published.json.deflate")).rejects.toThrow("https://a.example/data/published.json.deflate");
    locateArchitectureData(new URL("../src/", import.meta.url));
    expect((await readInNode("index.ts")).byteLength).toBeGreaterThan(0);
  });
});

describe("in Node", () => {
  it("says what to install when a file is missing", async () => {
    const error = await readInNode("missing.deflate").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toMatchObject({
      message: expect.stringMatching(/data\/missing\.deflate: no such file in @samoyed\/architectures$/u),
      hint: expect.stringContaining("Install @samoyed/architectures"),
    });
  });
});

describe("in browsers", () => {
  afterEach(() => vi.unstubAllGlobals());

  /** Replaces the network; returns the addresses that are fetched. */
  function serve(answer: () => Promise<Response>): string[] {
    const fetched: string[] = [];
    vi.stubGlobal("fetch", (url: string) => {
      fetched.push(url);
      return answer();
    });
    return fetched;
  }

  it("fetches from the folder beside the script's", async () => {
    const fetched = serve(async () => new Response(new Uint8Array([1, 2, 3])));
    expect(await readInBrowser("some.deflate")).toEqual(new Uint8Array([1, 2, 3]));
    expect(fetched).toEqual([new URL("../data/some.deflate", import.meta.url).href]);
  });

  it("says what to serve when a file is missing", async () => {
    serve(async () => new Response("", { status: 404, statusText: "Not Found" }));
    await expect(readInBrowser("some.deflate")).rejects.toMatchObject({
      name: "UnavailableError",
      message: expect.stringMatching(/data\/some\.deflate: the server answered 404 Not Found$/u),
      hint: expect.stringContaining("Serve the folder `data`"),
    });
  });

  it("says when there is no network, or when it breaks", async () => {
    serve(() => Promise.reject(new TypeError("fetch failed")));
    await expect(readInBrowser("some.deflate")).rejects.toMatchObject({ name: "UnavailableError" });
    const broken = new ReadableStream({ pull: (controller) => controller.error(new TypeError("terminated")) });
    serve(async () => new Response(broken));
    await expect(readInBrowser("some.deflate")).rejects.toMatchObject({ name: "IoError" });
  });
});

it("the data are at most 8 MB, and no file is above 1 MB", async () => {
  const folder = new URL("../data/", import.meta.url);
  const sizes = await Promise.all(
    (await readdir(folder)).map(async (file) => (await stat(new URL(file, folder))).size),
  );
  expect(Math.max(...sizes)).toBeLessThan(1e6);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(8e6);
});
