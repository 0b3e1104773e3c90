import { copyFile, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  FormatError,
  IoError,
  SamoyedError,
  ShapeError,
  type Tensor,
  UnsupportedError,
  UsageError,
} from "@samoyed/core";
import type { Backend } from "@samoyed/runtime";
import { describe, expect, test } from "vitest";
import { onnxruntimeNode, onnxruntimeWeb } from "../src/node.ts";
import { answers, expectClose, fixture, ramp } from "./fixtures.ts";

const folder = mkdtemp(join(tmpdir(), "samoyed-runtime-"));

describe.each<[string, Backend]>([
  ["onnxruntime-node", onnxruntimeNode()],
  ["onnxruntime-web", onnxruntimeWeb()],
])("%s", (name, backend) => {
  test("is available under its name", async () => {
    expect(backend.name).toBe(name);
    expect(backend.format).toBe("onnx");
    expect(await backend.availability()).toMatchObject({ available: true, version: expect.stringMatching(/^1\.\d+/) });
  });

  test("loads a path, reads ports and contract, and gives the reference evaluator's outputs", async () => {
    const session = await backend.load(fixture("classifier.onnx"));
    expect(session.backend).toBe(name);
    expect(session.inputs).toEqual([{ name: "input", dtype: "float32", shape: ["N", 3, 8, 8] }]);
    expect(session.outputs).toEqual([{ name: "logits", dtype: "float32", shape: ["N", 6] }]);
    expect(session.contract).toMatchObject({ model: "tiny.fixture", task: "logits", labels: { length: 6 } });
    for (const batch of [1, 2] as const) {
      const outputs = await session.run({ input: ramp([batch, 3, 8, 8]) });
      expect([...outputs.keys()]).toEqual(["logits"]);
      expectClose(outputs.get("logits"), answers(batch)["logits"]);
    }
    await session.dispose();
  });

  test("loads bytes, a Blob, a file URL and an http URL", async () => {
    const bytes = new Uint8Array(await readFile(fixture("classifier.onnx")));
    const server = createServer((request, response) => {
      response.statusCode = request.url === "/model.onnx" ? 200 : 404;
      response.end(request.url === "/model.onnx" ? bytes : "nothing here");
    }).listen(0, "127.0.0.1");
    await new Promise((done) => server.once("listening", done));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const artifacts = [
        bytes,
        new Blob([bytes]),
        pathToFileURL(fixture("classifier.onnx")),
        new URL(`${base}/model.onnx`),
        `${base}/model.onnx`,
      ];
      for (const artifact of artifacts) {
        const session = await backend.load(artifact);
        const outputs = await session.run({ input: ramp([1, 3, 8, 8]) }, { taps: ["pool"] });
        expectClose(outputs.get("logits"), answers(1)["logits"]);
        expectClose(outputs.get("pool"), answers(1)["pool"]);
        await session.dispose();
      }
      await expect(backend.load(`${base}/other.onnx`)).rejects.toThrow(/answered 404/);
    } finally {
      server.close();
    }
  });

  test("gives intermediate values as copies that the next run does not change", async () => {
    const session = await backend.load(fixture("classifier.onnx"));
    const taps = ["pool", "input", "relu", "conv", "relu", "features", "logits"];
    const first = await session.run({ input: ramp([2, 3, 8, 8]) }, { taps });
    expect(new Set(first.keys())).toEqual(new Set(["logits", ...taps]));
    for (const tap of ["conv", "relu", "pool", "features", "logits"]) expectClose(first.get(tap), answers(2)[tap]);
    expectClose(first.get("input"), { shape: [2, 3, 8, 8], data: Array.from(ramp([2, 3, 8, 8]).data) });

    const zero: Tensor = { dtype: "float32", shape: [2, 3, 8, 8], data: new Float32Array(384) };
    const second = await session.run({ input: zero }, { taps: ["pool"] });
    expectClose(first.get("pool"), answers(2)["pool"]);
    expect(second.get("pool")!.data).not.toEqual(first.get("pool")!.data);
    await session.dispose();
  });

  test("any number of values can be tapped, in the requested order", async () => {
    const session = await backend.load(fixture("chain.onnx"));
    const taps = Array.from({ length: 69 }, (_, index) => `v${69 - index}`);
    const x: Tensor = { dtype: "float32", shape: [1], data: Float32Array.of(0.5) };
    const values = await session.run({ x }, { taps });
    expect([...values.keys()]).toEqual(["v70", ...taps]);
    for (const [name, { data }] of values) expect(data[0], name).toBe(0.5 + Number(name.slice(1)));
    await session.dispose();
  });

  test("a tap that the graph lacks is an error that names it, and the session stays usable", async () => {
    const session = await backend.load(fixture("classifier.onnx"));
    const run = session.run({ input: ramp([1, 3, 8, 8]) }, { taps: ["pool", "pole"] });
    await expect(run).rejects.toThrow(UsageError);
    await expect(run).rejects.toThrow(/no value "pole" to tap/);
    const outputs = await session.run({ input: ramp([1, 3, 8, 8]) }, { taps: ["pool"] });
    expectClose(outputs.get("pool"), answers(1)["pool"]);
    await session.dispose();
  });

  test("a model of another producer has no contract", async () => {
    const session = await backend.load(fixture("no-contract.onnx"));
    expect(session.contract).toBeUndefined();
    await session.dispose();
  });

  test("passes every dtype through unchanged", async () => {
    const session = await backend.load(fixture("types.onnx"));
    const inputs: Record<string, Tensor> = {};
    const numbers = [0, 1, 1, 0, 1, 100];
    for (const { name: port, dtype } of session.inputs) {
      const shape = [2, 3];
      if (dtype === "float64") inputs[port] = { dtype, shape, data: Float64Array.from(numbers, (x) => x / 3) };
      if (dtype === "float32") inputs[port] = { dtype, shape, data: Float32Array.from(numbers, (x) => x / 3) };
      if (dtype === "float16")
        inputs[port] = { dtype, shape, data: Uint16Array.of(0, 0x3c00, 0xbc00, 0x7c00, 1, 0x7bff) };
      if (dtype === "int64")
        inputs[port] = { dtype, shape, data: BigInt64Array.of(0n, 1n, -1n, 2n ** 62n, -(2n ** 63n), 7n) };
      if (dtype === "uint64")
        inputs[port] = { dtype, shape, data: BigUint64Array.of(0n, 1n, 2n, 2n ** 64n - 1n, 4n, 5n) };
      if (dtype === "int32") inputs[port] = { dtype, shape, data: Int32Array.from(numbers, (x) => -x) };
      if (dtype === "int16") inputs[port] = { dtype, shape, data: Int16Array.from(numbers, (x) => -x) };
      if (dtype === "int8") inputs[port] = { dtype, shape, data: Int8Array.from(numbers, (x) => -x) };
      if (dtype === "uint32") inputs[port] = { dtype, shape, data: Uint32Array.from(numbers, (x) => -x) };
      if (dtype === "uint16") inputs[port] = { dtype, shape, data: Uint16Array.from(numbers, (x) => -x) };
      if (dtype === "uint8") inputs[port] = { dtype, shape, data: Uint8Array.from(numbers, (x) => -x) };
      if (dtype === "bool") inputs[port] = { dtype, shape, data: Uint8Array.of(0, 1, 1, 0, 1, 0) };
    }
    expect(Object.keys(inputs)).toHaveLength(12);
    const outputs = await session.run(inputs);
    for (const [port, tensor] of Object.entries(inputs)) {
      expect(outputs.get(port.replace("in_", "out_")), port).toEqual(tensor);
    }
    // `M` is the same size for all inputs.
    const other: Tensor = { dtype: "int8", shape: [2, 4], data: new Int8Array(8) };
    await expect(session.run({ ...inputs, in_int8: other })).rejects.toThrow(/"in_int8" is int8 \[2, 4\]/);
    await session.dispose();
  });

  test("refuses inputs that do not match, by name", async () => {
    const session = await backend.load(fixture("classifier.onnx"));
    const good = ramp([1, 3, 8, 8]);
    const bad: [Record<string, Tensor>, RegExp][] = [
      [{}, /"input" is missing; expected float32 \[N, 3, 8, 8\]/],
      [{ input: good, image: good }, /no input "image"; expected input/],
      [{ input: ramp([1, 3, 8, 9]) }, /is float32 \[1, 3, 8, 9\]; expected float32 \[N, 3, 8, 8\]/],
      [{ input: ramp([3, 8, 8]) }, /is float32 \[3, 8, 8\]/],
      [{ input: { ...good, dtype: "float64", data: new Float64Array(192) } }, /is float64 \[1, 3, 8, 8\]/],
      [{ input: { ...good, data: new Float32Array(191) } }, /has 191 values/],
    ];
    for (const [inputs, message] of bad) {
      await expect(session.run(inputs)).rejects.toThrow(ShapeError);
      await expect(session.run(inputs)).rejects.toThrow(message);
    }
    await session.dispose();
  });

  test("disposes once; then every call says so", async () => {
    const session = await backend.load(fixture("classifier.onnx"));
    await session.run({ input: ramp([1, 3, 8, 8]) }, { taps: ["pool"] });
    await session.dispose();
    await session.dispose();
    await expect(session.run({ input: ramp([1, 3, 8, 8]) })).rejects.toThrow(/the session is disposed/);
  });

  test("an abort stops the load and the run", async () => {
    const signal = AbortSignal.abort();
    await expect(backend.load(fixture("classifier.onnx"), { signal })).rejects.toMatchObject({ code: "aborted" });
    const session = await backend.load(fixture("classifier.onnx"));
    await expect(session.run({ input: ramp([1, 3, 8, 8]) }, { signal })).rejects.toMatchObject({ code: "aborted" });
    await session.dispose();
  });

  test("a file that is not a model, is missing or cannot run is a typed error", async () => {
    const model = new Uint8Array(await readFile(fixture("classifier.onnx")));
    const damaged = model.slice();
    damaged.fill(0xff, 60, 300);
    const cases: [Uint8Array | string, new (...args: never[]) => SamoyedError][] = [
      [new Uint8Array(0), FormatError],
      [Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), FormatError],
      [model.slice(0, model.length - 1), FormatError],
      [damaged, SamoyedError],
      ["no/such/model.onnx", IoError],
    ];
    for (const [artifact, type] of cases) {
      const load = backend.load(artifact);
      await expect(load).rejects.toThrow(type);
    }
  });

  test("an invalid contract is refused", async () => {
    const bytes = await readFile(fixture("classifier.onnx"));
    const at = bytes.indexOf('"version": 1');
    bytes.set(new TextEncoder().encode('"version": x'), at);
    await expect(backend.load(new Uint8Array(bytes))).rejects.toThrow(FormatError);
  });

  test("runs with the requested threads, and refuses an invalid number", async () => {
    for (const threads of [0, 1.5, -1, 5000, Number.NaN]) {
      await expect(backend.load(fixture("classifier.onnx"), { threads })).rejects.toThrow(/expected an integer from 1/);
    }
    const session = await backend.load(fixture("classifier.onnx"), { threads: 1 });
    expectClose((await session.run({ input: ramp([1, 3, 8, 8]) })).get("logits"), answers(1)["logits"]);
    await session.dispose();
  });
});

test("onnxruntime-node reads external data next to the file, with taps as well; without it the error says so", async () => {
  const session = await onnxruntimeNode().load(fixture("external.onnx"));
  const outputs = await session.run({ input: ramp([1, 3, 8, 8]) }, { taps: ["relu"] });
  expectClose(outputs.get("logits"), answers(1)["logits"]);
  expectClose(outputs.get("relu"), answers(1)["relu"]);
  await session.dispose();

  const alone = join(await folder, "alone.onnx");
  await copyFile(fixture("external.onnx"), alone);
  await expect(onnxruntimeNode().load(alone)).rejects.toMatchObject({
    code: "io",
    hint: expect.stringMatching(/second file/),
  });
});

test("onnxruntime-web cannot read external data, and says so", async () => {
  await expect(onnxruntimeWeb().load(fixture("external.onnx"))).rejects.toMatchObject({
    code: "io",
    hint: expect.stringMatching(/second file/),
  });
});

test("onnxruntime-web has the same number of threads for the whole program", async () => {
  const session = await onnxruntimeWeb().load(fixture("classifier.onnx"));
  await session.dispose();
  const load = onnxruntimeWeb().load(fixture("classifier.onnx"), { threads: 7 });
  await expect(load).rejects.toThrow(/runs with \d+ threads? already; got threads 7/);
});

test("an operator that the engine lacks is unsupported, with the engine's error as cause", async () => {
  const bytes = await readFile(fixture("classifier.onnx"));
  const at = bytes.indexOf("GlobalAveragePool");
  bytes.set(new TextEncoder().encode("GlobalAverageCool"), at);
  const path = join(await folder, "cool.onnx");
  await writeFile(path, bytes);
  const load = onnxruntimeNode().load(path);
  await expect(load).rejects.toThrow(UnsupportedError);
  await expect(load).rejects.toMatchObject({
    cause: expect.any(Error),
    message: expect.stringMatching(/GlobalAverageCool/),
  });
});
