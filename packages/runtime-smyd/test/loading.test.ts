import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formerSmyd } from "@samoyed/test-support/former-smyd";
import { FormatError, lazyTensor, memorySource, SamoyedError } from "@samoyed/core";
import { createBuilder } from "@samoyed/graph";
import { ints } from "@samoyed/ir";
import type { LoadProgress } from "@samoyed/runtime";
import fc from "fast-check";
import { wave } from "@samoyed/test-support/tensors";
import { tinyGraph } from "@samoyed/test-support/tiny-graph";
import { testContract } from "@samoyed/test-support/contract";
import { afterAll, describe, expect, test } from "vitest";
import { readSmydHeader } from "@samoyed/smyd-file";
import { smyd, type SmydLoadOptions } from "../src/node.ts";
import { smydBytes } from "./models.ts";

const bytes = await smydBytes(tinyGraph(), { contract: testContract() });
const file = await readSmydHeader(memorySource(bytes, "tiny"));
const folder = await mkdtemp(join(tmpdir(), "samoyed-smyd-"));
const input = wave([1, 3, 8, 8]);
const backend = smyd();

const load = (artifact: Uint8Array | string | Blob, options: SmydLoadOptions = {}): ReturnType<typeof backend.load> =>
  backend.load(artifact, { threads: 1, ...options });

async function answer(artifact: Uint8Array | string | Blob, options: SmydLoadOptions = {}): Promise<Float32Array> {
  const session = await load(artifact, options);
  const values = await session.run({ input });
  await session.dispose();
  return values.get("logits")!.data as Float32Array;
}

const expected = await answer(bytes);

/** Bytes that come in pieces of a size, as from a slow network. */
function inPieces(size: number): Blob {
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  blob.stream = () =>
    new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
        controller.close();
      },
    });
  return blob;
}

test.each([1, 7, 64, 1000])("pieces of %i bytes", async (size) => {
  expect(await answer(inPieces(size))).toEqual(expected);
});

describe("files of version 1", () => {
  test("run where their graph is canonical", async () => {
    const session = await load(await readFile(formerSmyd("canonical")));
    const values = await session.run({ input });
    expect(values.get("logits")!.shape).toEqual([1, 10]);
    await session.dispose();
  });

  test.each([
    [
      "operators",
      'version 1 of .smyd with the operator Constant (node "gain"), which is spelled by others since',
      "--to smyd",
    ],
    ["opset", "version 1 of .smyd with operator set 10; expected 17", "--to smyd --weights int8"],
  ] as const)("are refused with the command that converts them again: %s", async (name, message, options) => {
    const path = formerSmyd(name);
    await expect(load(path)).rejects.toMatchObject({
      name: "UnsupportedError",
      message: `${path}: ${message}`,
      hint: `Convert it again, with: samoyed convert ${path} ${options}`,
    });
  });
});

describe("over HTTP", () => {
  let server: Server | undefined;
  afterAll(() => server?.close());

  async function serve(): Promise<string> {
    server = createServer((request, response) => {
      if (request.url === "/gone.smyd") {
        response.statusCode = 404;
        response.end("nothing here");
      } else if (request.url === "/breaks.smyd") {
        response.setHeader("content-length", bytes.length);
        response.write(bytes.subarray(0, bytes.length - 5));
        setTimeout(() => response.destroy(), 20);
      } else if (request.url === "/short.smyd") response.end(bytes.subarray(0, bytes.length - 5));
      else if (request.url === "/hangs.smyd") response.write(bytes.subarray(0, bytes.length - 5));
      else response.end(bytes);
    }).listen(0, "127.0.0.1");
    await new Promise((done) => server!.once("listening", done));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test("a download, and those that fail", async () => {
    const base = await serve();
    expect(await answer(`${base}/tiny.smyd`)).toEqual(expected);
    await expect(load(`${base}/gone.smyd`)).rejects.toMatchObject({
      code: "io",
      message: expect.stringMatching(/gone\.smyd: the server answered 404/),
    });
    await expect(load(`${base}/breaks.smyd`)).rejects.toMatchObject({
      code: "io",
      message: expect.stringMatching(/the download broke off/),
    });
    await expect(load(`${base}/short.smyd`)).rejects.toMatchObject({ code: "format" });
    await expect(load("http://127.0.0.1:1/x.smyd")).rejects.toMatchObject({ code: "io" });
    const abort = new AbortController();
    const hanging = load(`${base}/hangs.smyd`, {
      signal: abort.signal,
      onProgress: () => setTimeout(() => abort.abort(), 5),
    });
    setTimeout(() => abort.abort(), 200);
    await expect(hanging).rejects.toMatchObject({ code: "aborted" });
    server!.closeAllConnections();
  });
});

describe("progress and abort", () => {
  test("progress grows to the whole file", async () => {
    const reports: LoadProgress[] = [];
    await (await load(bytes, { onProgress: (progress) => reports.push(progress) })).dispose();
    expect(reports.at(-1)).toEqual({ loaded: bytes.length, total: bytes.length });
    for (const [index, { loaded, total }] of reports.entries()) {
      expect(total).toBe(bytes.length);
      expect(loaded).toBeGreaterThan(reports[index - 1]?.loaded ?? 0);
    }
  });

  test.each(["before", "in between"])("an abort %s", async (when) => {
    const path = join(folder, "abort.smyd");
    await writeFile(path, bytes);
    for (const artifact of [bytes, path, inPieces(100)]) {
      const abort = new AbortController();
      if (when === "before") abort.abort();
      const loading = load(artifact, { signal: abort.signal, onProgress: () => abort.abort() });
      await expect(loading).rejects.toMatchObject({ code: "aborted" });
    }
  });
});

describe("damaged files", () => {
  test("cut short anywhere", async () => {
    const ends = fc.integer({ min: 0, max: bytes.length - 1 });
    await fc.assert(
      fc.asyncProperty(ends, fc.boolean(), async (end, streamed) => {
        const part = bytes.slice(0, end);
        const blob = new Blob([part]);
        // A stream whose length nobody knows must notice as well.
        if (streamed) Object.defineProperty(blob, "size", { value: bytes.length });
        await expect(load(streamed ? blob : part)).rejects.toThrow(FormatError);
      }),
      { numRuns: 60 },
    );
  });

  test("longer than its header says", async () => {
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    await expect(load(longer)).rejects.toThrow(FormatError);
    const blob = new Blob([longer]);
    Object.defineProperty(blob, "size", { value: bytes.length });
    await expect(load(blob)).rejects.toThrow(/has bytes after the model's/);
  });

  test("one bit of a weight, and the weight is named", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(file.hashed.length - 1), fc.nat(), fc.nat(7), async (index, at, bit) => {
        const { name, offset, byteLength } = file.hashed[index]!;
        const damaged = bytes.slice();
        damaged[file.dataOffset + offset + (at % byteLength)]! ^= 1 << bit;
        await expect(load(damaged)).rejects.toMatchObject({
          code: "format",
          message: expect.stringContaining(JSON.stringify(name)),
        });
      }),
      { numRuns: 60 },
    );
  });

  test("one byte of the header or the hashes", async () => {
    const endOfJson = bytes.lastIndexOf(0x7d, file.dataOffset - 1);
    const places = fc.oneof(
      fc.nat(file.dataOffset - 1),
      fc.integer({ min: bytes.length - file.hashes.byteLength, max: bytes.length - 1 }),
    );
    await fc.assert(
      fc.asyncProperty(places, fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const damaged = bytes.slice();
        damaged[at]! ^= change;
        const outcome = await load(damaged).then(
          (session) => session.dispose(),
          (error: unknown) => error,
        );
        // A space after the header's JSON may become another of JSON's, which means the same.
        const isPadding = at > endOfJson && at < file.dataOffset && [0x09, 0x0a, 0x0d].includes(damaged[at]!);
        if (isPadding) expect(outcome).toBeUndefined();
        else expect(outcome).toBeInstanceOf(SamoyedError);
      }),
      { numRuns: 100 * Number(process.env["SAMOYED_FUZZ"] ?? 1) },
    );
  });

  test("other files", async () => {
    await expect(load(new Uint8Array(0))).rejects.toThrow(FormatError);
    await expect(load(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0, 0))).rejects.toThrow(FormatError);
    const header = new TextEncoder().encode('{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}');
    const foreign = new Uint8Array(8 + header.length + 4);
    new DataView(foreign.buffer).setBigUint64(0, BigInt(header.length), true);
    foreign.set(header, 8);
    await expect(load(foreign)).rejects.toThrow(/a safetensors file, not a \.smyd model/);
    await expect(load(join(folder, "nowhere.smyd"))).rejects.toMatchObject({ code: "io" });
  });
});

test("what cannot be run is refused before its weights are read", async () => {
  const b = createBuilder({ name: "norms" });
  const weight = b.initializer(lazyTensor("w", wave([1024, 4096])));
  const product = b.node("MatMul", [b.input("x", "float32", [2, 1, 1, 1024]), weight]);
  b.output(b.node("LpPool", [product], { name: "norms", attributes: { kernel_shape: ints([1, 1]) } }));
  const reports: LoadProgress[] = [];
  const loading = load(await smydBytes(b.finish()), { onProgress: (progress) => reports.push(progress) });
  await expect(loading).rejects.toThrow(/"norms" \(LpPool\)/);
  expect(reports).toEqual([]);
});
