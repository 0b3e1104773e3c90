// `convert NAME` against a local server in the publisher's place.
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { writeSafetensors } from "@samoyed/checkpoint";
import { memorySink } from "@samoyed/core";
import { architectures, Catalogue, listModels } from "@samoyed/models";
import { beforeAll, describe, expect, test } from "vitest";
import { standInTensors } from "@samoyed/check";
import { filesIn, temporaryFolder } from "./support/folders.ts";
import { type Publisher, breakOff, publisher, sendFile, stateHash } from "./support/publisher.ts";
import { runMain } from "./support/run-main.ts";
import { spawnSamoyed, startSamoyed } from "./support/spawn-samoyed.ts";
import { twoLines } from "./support/two-lines.ts";

/** Small, permissive, and published on the Hugging Face hub alone, where names carry no hash. */
const OPEN = "test_resnet.r160_in1k";
const OPEN_PATH = `/timm/${OPEN}/resolve/main/model.safetensors`;
/** What the cache holds of it: the file, and the hash that it came with. */
const WHOLE = [`checkpoints/${OPEN}.safetensors`, `checkpoints/${OPEN}.safetensors.sha256`];
/** Under CC-BY-NC 4.0, and with eight digits of its hash in its name. */
const SSL = "ssl_resnet18";
const SSL_FILE = "semi_supervised_resnet18-d92f0530.pth";

const folder = temporaryFolder();
let checkpoint: Uint8Array;

beforeAll(async () => {
  const sink = memorySink();
  await writeSafetensors(await standInTensors({ model: OPEN, seed: "download", head: new Float32Array(1000) }), sink);
  await sink.commit();
  checkpoint = sink.bytes();
});

/** A published name whose architecture is not known: PyTorch cannot export a few. */
async function withoutArchitecture(): Promise<string> {
  const known = new Set([...architectures().keys(), ...(await Catalogue.open()).names]);
  return (await listModels()).find((model) => model.huggingFace && !known.has(model.architectureName))!.name;
}

/** A cache and an output folder of a test's own, as environment and arguments. */
function place(
  name: string,
  mirror: string,
): {
  readonly env: Record<string, string>;
  readonly out: string;
  readonly cache: string;
} {
  const cache = join(folder, name, "cache");
  return { cache, out: join(folder, name, "out"), env: { SAMOYED_MIRROR: mirror, SAMOYED_CACHE: cache, HOME: folder } };
}

/** A port that nobody listens on. */
async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 1;
}

/** Runs a download that must fail, with an exit status, two lines and nothing written but what a resumption needs. */
async function fails(
  name: string,
  options: { readonly mirror: string; readonly argv?: readonly string[]; readonly code: number; readonly what: RegExp },
): Promise<{ readonly todo: string; readonly cached: readonly string[] }> {
  const { env, out, cache } = place(name, options.mirror);
  const argv = options.argv ?? [SSL, "--accept-license"];
  const { code, stdout, stderr } = await spawnSamoyed(["convert", ...argv, "--out", out], { env });
  const { what, todo } = twoLines(stderr);
  expect(what).toMatch(options.what);
  expect([code, stdout]).toEqual([options.code, ""]);
  expect(() => filesIn(out)).toThrow(/ENOENT/);
  let cached: readonly string[] = [];
  try {
    cached = filesIn(cache);
  } catch (error) {
    expect(error).toMatchObject({ code: "ENOENT" });
  }
  return { todo, cached };
}

describe.concurrent("a published name", () => {
  test("is downloaded, converted with its own settings, and cached", async () => {
    const server = await publisher((request, response) => sendFile(request, response, checkpoint));
    const { env, out, cache } = place("cached", server.url);
    const first = await spawnSamoyed(["convert", "test_resnet", "--out", out, "--json"], { env });
    expect([first.code, first.stderr]).toEqual([0, ""]);
    expect(JSON.parse(first.stdout)).toMatchObject({
      model: OPEN,
      contract: { license: "apache-2.0", preprocess: { inputSize: [3, 160, 160] } },
    });
    expect(server.requests).toEqual([`GET ${OPEN_PATH}`]);
    expect(filesIn(cache)).toEqual(WHOLE);
    expect(readFileSync(join(cache, "checkpoints", `${OPEN}.safetensors`)).equals(checkpoint)).toBe(true);

    const again = await spawnSamoyed(["convert", OPEN, "--out", out], { env });
    expect(again.code).toBe(0);
    expect(again.stdout).toMatch(/^license +apache-2\.0$/m);
    expect(server.requests).toHaveLength(1);
  });

  test("may be its repository on the hub", async () => {
    const server = await publisher((request, response) => sendFile(request, response, checkpoint));
    for (const [i, spelling] of [`timm/${OPEN}`, `hf-hub:timm/${OPEN}`, `hf_hub:timm/${OPEN}`].entries()) {
      const { env, out } = place(`spelling ${i}`, server.url);
      const { code, stdout } = await spawnSamoyed(["convert", spelling, "--out", out, "--json"], { env });
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ model: OPEN, contract: { license: "apache-2.0" } });
    }
    expect(server.requests).toEqual(Array.from({ length: 3 }, () => `GET ${OPEN_PATH}`));
  });

  test.each([
    [
      ["hf-hub:somebody/some_net"],
      /hf-hub:somebody\/some_net: timm lists no model/,
      /curl -LO https:.*somebody\/some_net/,
    ],
    [["timm/resnet50.a1_in1m"], /timm\/resnet50\.a1_in1m: timm has no model/, /Did you mean resnet50\.a\d?\w*_in1k/],
    [["somebody/some_net"], /somebody\/some_net: no such file/, /Check the path/],
  ])("of somebody else is not downloaded: %j", async (argv, what, todo) => {
    const server = await publisher((request, response) => sendFile(request, response, checkpoint));
    const code = argv[0]!.startsWith("somebody") ? 3 : 2;
    expect((await fails(`other ${argv[0]!.length}`, { mirror: server.url, argv, code, what })).todo).toMatch(todo);
    expect(server.requests).toEqual([]);
  });

  test("carries ImageNet's class names", async () => {
    const server = await publisher((request, response) => sendFile(request, response, checkpoint));
    const { env, out } = place("labelled", server.url);
    const { stdout } = await spawnSamoyed(["convert", OPEN, "--out", out, "--json"], { env });
    const { contract, warnings } = JSON.parse(stdout);
    expect([contract.labels.length, contract.labels[258]]).toEqual([1000, "Samoyed"]);
    expect(warnings.join(" ")).toContain("imagenet-1k; --labels gives others");
  });

  test("is refused before any download when its architecture is not known", async () => {
    const server = await publisher((request, response) => sendFile(request, response, checkpoint));
    const { cached } = await fails("unknown", {
      mirror: server.url,
      argv: [await withoutArchitecture(), "--accept-license"],
      code: 4,
      what: /\w+ is not in (?:this version of Samoyed|the catalogue)/,
    });
    expect([server.requests, cached]).toEqual([[], []]);
  });

  test("goes on where a broken connection stopped", async () => {
    const half = Math.floor(checkpoint.byteLength / 2);
    const server = await publisher((request, response, count) =>
      count === 1 ? breakOff(response, checkpoint, half) : sendFile(request, response, checkpoint),
    );
    const { env, out, cache } = place("broken", server.url);
    const { code, stderr } = await spawnSamoyed(["convert", OPEN, "--out", out], { env });
    expect([code, stderr]).toEqual([0, ""]);
    // What the network still held when the connection broke is lost.
    const from = Number(/ bytes=(\d+)-$/.exec(server.requests[1]!)?.[1]);
    expect(from).toBeGreaterThan(0);
    expect(from).toBeLessThanOrEqual(half);
    expect(server.requests).toEqual([`GET ${OPEN_PATH}`, `GET ${OPEN_PATH} bytes=${from}-`]);
    expect(readFileSync(join(cache, "checkpoints", `${OPEN}.safetensors`)).equals(checkpoint)).toBe(true);
  });

  test("goes on where an interrupt stopped it, in the next run", async () => {
    const part = 100_000;
    const server = await publisher((request, response, count) => {
      if (count > 1) return sendFile(request, response, checkpoint);
      response.setHeader("etag", '"one"');
      response.setHeader("content-length", checkpoint.byteLength);
      response.write(checkpoint.subarray(0, part));
    });
    const { env, out, cache } = place("interrupted", server.url);
    const { child, exited } = startSamoyed(["convert", OPEN, "--out", out], { env });
    const partial = join(cache, "checkpoints", `${OPEN}.safetensors.part`);
    while (!server.requests.length) await wait(5);
    await expect.poll(() => readFileSync(partial).byteLength).toBe(part);
    child.kill("SIGINT");
    const stopped = await exited;
    expect(stopped.code).toBe(130);
    expect(twoLines(stopped.stderr)).toEqual({
      what: "interrupted",
      todo: "Run it again: the download goes on where it stopped.",
    });
    const { code } = await spawnSamoyed(["convert", OPEN, "--out", out], { env });
    expect(code).toBe(0);
    expect(server.requests).toEqual([`GET ${OPEN_PATH}`, `GET ${OPEN_PATH} bytes=${part}-`]);
    expect(filesIn(cache)).toEqual(WHOLE);
  });

  test("is downloaded once by two processes that want it at the same time", async () => {
    const half = Math.floor(checkpoint.byteLength / 2);
    const server = await publisher((_, response) => {
      stateHash(response, checkpoint);
      response.setHeader("etag", '"one"');
      response.setHeader("content-length", checkpoint.byteLength);
      response.write(checkpoint.subarray(0, half));
      setTimeout(() => response.end(checkpoint.subarray(half)), 2500);
    });
    const { env, out, cache } = place("twice", server.url);
    const runs = ["a", "b"].map((name) => spawnSamoyed(["convert", OPEN, "--out", join(out, name)], { env }));
    for (const { code, stderr } of await Promise.all(runs)) expect([code, stderr]).toEqual([0, ""]);
    expect(server.requests).toEqual([`GET ${OPEN_PATH}`]);
    expect(filesIn(cache)).toEqual(WHOLE);
    expect(readFileSync(join(cache, "checkpoints", `${OPEN}.safetensors`)).equals(checkpoint)).toBe(true);
  });

  test("that was damaged in the cache is found, with what to do", async () => {
    const server = await publisher((request, response) => sendFile(request, response, checkpoint));
    const { env, out, cache } = place("damaged", server.url);
    expect((await spawnSamoyed(["convert", OPEN, "--out", out], { env })).code).toBe(0);
    const damaged = checkpoint.slice();
    damaged[damaged.byteLength - 5]! ^= 0x40;
    writeFileSync(join(cache, "checkpoints", `${OPEN}.safetensors`), damaged);
    const { code, stderr } = await spawnSamoyed(["convert", OPEN, "--out", join(out, "again")], { env });
    expect(code).toBe(3);
    const { what, todo } = twoLines(stderr);
    expect(what).toMatch(/its SHA-256 is [0-9a-f]{64}; it was [0-9a-f]{64} when it was downloaded/);
    expect(todo).toMatch(/delete it/);
    expect(server.requests).toHaveLength(1);
  });

  test("an empty proxy variable is none; a proxy that is not there is said to be unreachable", async () => {
    const server = await publisher((request, response) => sendFile(request, response, checkpoint));
    const { env, out } = place("no-proxy", server.url);
    expect((await spawnSamoyed(["convert", OPEN, "--out", out], { env: { ...env, http_proxy: "" } })).code).toBe(0);
    const other = place("dead-proxy", server.url);
    const dead = { ...other.env, http_proxy: `http://127.0.0.1:${await deadPort()}` };
    const ran = await spawnSamoyed(["convert", OPEN, "--out", other.out], { env: dead });
    expect(ran.code).toBe(5);
    expect(twoLines(ran.stderr).todo).toContain("HTTPS_PROXY");
    expect(server.requests).toHaveLength(1);
  });
});

describe.concurrent("what comes instead of the file", () => {
  test("another file than the one whose hash the hub states, and nothing of it stays", async () => {
    const other = checkpoint.slice();
    other[other.byteLength - 5]! ^= 0x40;
    const server = await publisher((_, response) => {
      stateHash(response, checkpoint);
      response.end(other);
    });
    const { cached } = await fails("hub hash", {
      mirror: server.url,
      argv: [OPEN],
      code: 3,
      what: /model\.safetensors: its SHA-256 is [0-9a-f]{64}; expected [0-9a-f]{64}$/,
    });
    expect(cached).toEqual([]);
  });

  test("a file that nobody states a hash of: it is converted, with a note", async () => {
    const server = await publisher((_, response) => response.end(checkpoint));
    const { env, out } = place("no hash", server.url);
    const { code, stderr } = await spawnSamoyed(["convert", OPEN, "--out", out], { env });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^note: test_resnet\.r160_in1k: the server states no hash .*[0-9a-f]{64}, is kept/);
  });

  test("another file under its name: the hash differs, and nothing of it stays", async () => {
    const server = await publisher((request, response) => sendFile(request, response, checkpoint));
    const { todo, cached } = await fails("hash", {
      mirror: server.url,
      code: 3,
      what: new RegExp(`${SSL_FILE}: its SHA-256 is [0-9a-f]{64}; expected d92f0530…`),
    });
    expect(todo).toMatch(/do not use it/);
    expect(cached).toEqual([]);
  });

  test.each([
    ["text/html", "<!doctype html><title>Sign in</title>"],
    ["application/octet-stream", "\n<html><body>The network's own page</body></html>"],
  ])("a web page, as %s", async (type, page) => {
    const server = await publisher((_, response) => response.setHeader("content-type", type).end(page));
    const { todo, cached } = await fails(`page ${type}`, {
      mirror: server.url,
      code: 3,
      what: /a web page came, not a file/,
    });
    expect(todo).toMatch(/open the address in a browser/);
    expect(cached).toEqual([]);
  });

  test("fewer bytes than it said, again and again", async () => {
    const server = await publisher((_, response) => breakOff(response, checkpoint, 1000));
    const { todo } = await fails("short", {
      mirror: server.url,
      code: 3,
      what: /the connection was lost|of \d+ bytes came/,
    });
    expect(todo).toMatch(/goes on where it stopped/);
    expect(server.requests.length).toBeGreaterThan(3);
  });

  test("more bytes than it said", async () => {
    // A server that Node would not let us write.
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n" + "x".repeat(1000)));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const { cached } = await fails("long", {
      mirror: `http://127.0.0.1:${port}`,
      code: 3,
      what: /SHA-256 is|was lost/,
    });
    expect(cached.filter((name) => !/\.part(\.json)?$/.test(name))).toEqual([]);
    server.close();
  });

  test.each([
    [404, 5],
    [403, 5],
    [500, 5],
  ])("status %i", async (status, code) => {
    const server = await publisher((_, response) => response.writeHead(status).end("no"));
    await fails(`status ${status}`, { mirror: server.url, code, what: new RegExp(`${status}`) });
  });
});

describe.concurrent("no network", () => {
  test("refused: 5, and what to look at", async () => {
    const { todo, cached } = await fails("refused", {
      mirror: `http://127.0.0.1:${await deadPort()}`,
      code: 5,
      what: new RegExp(`${SSL_FILE}: cannot be reached`),
    });
    expect(todo).toMatch(/network.*HTTPS_PROXY.*SAMOYED_MIRROR/);
    expect(cached.filter((name) => !/\.part(\.json)?$/.test(name))).toEqual([]);
  });

  test("a mirror that is no address: 2", async () => {
    await fails("mirror", { mirror: "example", code: 2, what: /the mirror "example" is no address/ });
  });

  test("a name without published weights: 4, before any request", async () => {
    const server = await publisher((_, response) => response.end());
    await fails("untrained", { mirror: server.url, argv: ["seresnet18"], code: 4, what: /no weights are published/ });
    expect(server.requests).toEqual([]);
  });

  test("a check whose image cannot be had did not run: 5", async () => {
    const backends = ["--backend", "onnxruntime-node,onnxruntime-web"];
    const { env } = place("asset", `http://127.0.0.1:${await deadPort()}`);
    const { code, stdout, stderr } = await spawnSamoyed(["check", "samoyed", ...backends], { env });
    expect([code, stderr]).toEqual([5, ""]);
    expect(stdout).toMatch(/dog\.jpg: cannot be reached/);
    expect(stdout).toMatch(/^0 passed, 2 not run; 2 of them on stand-in weights$/m);
  });
});

describe("the license", () => {
  let server: Publisher;
  beforeAll(async () => {
    server = await publisher((request, response) => sendFile(request, response, checkpoint));
  });

  test("is shown and must be accepted; nothing is downloaded before", async () => {
    const { env, out, cache } = place("license", server.url);
    const ran = await spawnSamoyed(["convert", SSL, "--out", out, "--json"], { env });
    expect(ran.code).toBe(2);
    const { what, todo } = twoLines(ran.stderr);
    expect(what).toMatch(/resnet18\.fb_ssl_yfcc100m_ft_in1k .*CC-BY-NC 4\.0.*https:\/\/creativecommons\.org/);
    expect(todo).toContain("--accept-license");
    expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: "usage", details: { license: "cc-by-nc-4.0" } } });
    expect(server.requests).toEqual([]);
    expect(() => filesIn(cache)).toThrow(/ENOENT/);
  });

  test.each([
    [true, 3, 1],
    [false, 2, 0],
  ])("is asked for where somebody can answer: %s", async (answer, code, requests) => {
    const { env, out } = place(`asked ${answer}`, server.url);
    const before = server.requests.length;
    const asked: string[] = [];
    const confirm = (question: string): Promise<boolean> => {
      asked.push(question);
      return Promise.resolve(answer);
    };
    const terminal = { confirm, interactive: true };
    const ran = await runMain(["convert", SSL, "--out", out], { env, terminal });
    expect(asked).toEqual(["Download it under this license?"]);
    expect(ran.stderr).toMatch(/^resnet18\.fb_ssl_yfcc100m_ft_in1k is published under CC-BY-NC 4\.0: /);
    expect([ran.code, server.requests.length - before]).toEqual([code, requests]);
    expect(ran.stderr).toContain(answer ? "its SHA-256 is" : "the license was not accepted");
  });

  test("is not asked for under --json, nor with --accept-license, nor if it is permissive", async () => {
    const confirm = (): Promise<boolean> => Promise.reject(new Error("asked"));
    const { env, out } = place("not asked", server.url);
    const terminal = { confirm, interactive: true };
    expect((await runMain(["convert", SSL, "--out", out, "--json"], { env, terminal })).code).toBe(2);
    expect((await runMain(["convert", SSL, "--out", out, "--accept-license"], { env, terminal })).code).toBe(3);
    const permissive = await runMain(["convert", OPEN, "--out", out], { env, terminal });
    expect(permissive.code).toBe(0);
    expect(permissive.stderr).toContain("published under Apache License 2.0");
    expect(permissive.stderr).toMatch(/downloading test_resnet\.r160_in1k .*1\.9 MB/);
  });

  test("a file of the name in this folder comes first", async () => {
    const { env, out } = place("local", server.url);
    const before = server.requests.length;
    writeFileSync(join(folder, OPEN), checkpoint);
    const { code, stdout } = await spawnSamoyed(["convert", OPEN, "--out", out, "--json"], { env, cwd: folder });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).contract.license).toBeUndefined();
    expect(server.requests.length).toBe(before);
  });
});
