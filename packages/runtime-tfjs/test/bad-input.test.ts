import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FormatError, IoError, lazyTensor, MismatchError, type SamoyedError, UnsupportedError } from "@samoyed/core";
import { createBuilder } from "@samoyed/graph";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { wave } from "@samoyed/test-support/tensors";
import { tinyGraph } from "@samoyed/test-support/tiny-graph";
import { testContract } from "@samoyed/test-support/contract";
import { describe, expect, test } from "vitest";
import { checkWasmMemory, MAX_WASM_WEIGHT_BYTES, wasmWeightBytes } from "../src/wasm-memory.ts";
import { parseModel } from "@samoyed/tfjs-file";
import { tfjsCpu, tfjsWasm } from "../src/node.ts";
import { modelFiles, onlyShard, writeFiles } from "./models.ts";

interface Json {
  format: string;
  userDefinedMetadata: Record<string, unknown>;
  signature: { inputs: Record<string, Record<string, unknown>>; outputs: Record<string, Record<string, unknown>> };
  modelTopology: { node: { name: string; op: string; input: string[]; attr: Record<string, unknown> }[] };
  weightsManifest: {
    paths: string[];
    weights: { name: string; shape: unknown; dtype: string; quantization?: unknown }[];
  }[];
}

type Kind = new (...args: never[]) => SamoyedError;

const files = await modelFiles(tinyGraph(), { contract: testContract() });
const SHARD = onlyShard(files);
const bytes = files.get(SHARD)!;

async function changed(change: (json: Json) => void, shard: Uint8Array = bytes): Promise<string> {
  const json = JSON.parse(new TextDecoder().decode(files.get("model.json"))) as Json;
  change(json);
  return writeFiles(
    new Map<string, Uint8Array | string>([
      ["model.json", JSON.stringify(json)],
      [SHARD, shard],
    ]),
  );
}

const same = (): void => {};

/** Another shape for the first weight, in the manifest and in the graph. */
function reshape({ modelTopology, weightsManifest }: Json, shape: readonly number[]): void {
  const entry = weightsManifest[0]!.weights[0]!;
  const { attr } = modelTopology.node.find(({ name }) => name === entry.name)!;
  attr["value"] = { tensor: { dtype: "DT_FLOAT", tensorShape: { dim: shape.map((size) => ({ size: `${size}` })) } } };
  entry.shape = shape;
}

async function refused(path: string, kind: Kind, message: RegExp): Promise<void> {
  const before = tf.memory().numTensors;
  for (const backend of [tfjsCpu(), tfjsWasm()]) {
    const load = backend.load(path);
    await expect(load).rejects.toThrow(kind);
    await expect(load).rejects.toThrow(message);
    await expect(load).rejects.toThrow(/model\.json/);
  }
  expect(tf.memory().numTensors).toBe(before);
}

test("an output that is an input as it is: the input's values, at every run", async () => {
  const path = await changed(({ signature: { inputs, outputs } }) => {
    const [name] = Object.keys(inputs);
    for (const output of Object.values(outputs)) Object.assign(output, inputs[name!], { name: `${name}:0` });
  });
  for (const backend of [tfjsCpu(), tfjsWasm()]) {
    const session = await backend.load(path);
    const [{ name, shape }] = session.inputs as [(typeof session.inputs)[0]];
    const input = wave(shape.map((size) => (typeof size === "number" ? size : 1)));
    for (let time = 0; time < 2; time++) {
      const [output] = (await session.run({ [name]: input })).values();
      expect(output!.data).toEqual(input.data);
    }
    await session.dispose();
  }
});

describe("shards", () => {
  test("truncated, too long, missing: the file is named", async () => {
    const short =
      /its shard group1-shard1of1-[0-9a-f]{12}\.bin does not match the manifest: it has \d+ bytes.*weights take \d+/;
    await refused(await changed(same, bytes.subarray(0, bytes.length - 4)), MismatchError, short);
    await refused(await changed(same, Uint8Array.of(...bytes, 0)), MismatchError, short);
    await refused(await changed(same, new Uint8Array(0)), MismatchError, short);
    const path = await changed(same);
    await rm(join(dirname(path), SHARD));
    await refused(path, IoError, /its shard group1-shard1of1-[0-9a-f]{12}\.bin cannot be opened/);
  });

  test("of several, the one with the wrong size is named", async () => {
    const path = await changed((json) => {
      json.weightsManifest[0]!.paths = ["a.bin", "b.bin", "c.bin"];
      delete json.userDefinedMetadata["samoyedDigests"];
    });
    await writeFile(join(dirname(path), "a.bin"), bytes.subarray(0, 1000));
    await writeFile(join(dirname(path), "b.bin"), bytes.subarray(1000, 1900));
    await writeFile(join(dirname(path), "c.bin"), bytes.subarray(2000));
    await refused(path, MismatchError, /its shard b\.bin .*it has 900 bytes/);
    await writeFile(join(dirname(path), "b.bin"), bytes.subarray(1000, 2000));
    const session = await tfjsCpu().load(path);
    const whole = await tfjsCpu().load(await changed(same));
    const input = wave([1, 3, 8, 8]);
    expect(await session.run({ input })).toEqual(await whole.run({ input }));
    await session.dispose();
    await whole.dispose();
  });

  test("of the right size with a byte that is not as it was: the file is named", async () => {
    for (const at of [0, bytes.length >> 1, bytes.length - 1]) {
      const flipped = bytes.slice();
      flipped[at]! ^= 1;
      await refused(await changed(same, flipped), MismatchError, /its shard group1-shard1of1-\S+ has the SHA-256 /);
    }
  });

  test("nothing outside the model's folder is read", async () => {
    for (const name of ["../x.bin", "/etc/hosts", "a/../../x", "http://x/y", "C:\\x", "", 7]) {
      const path = await changed((json) => (json.weightsManifest[0]!.paths = [name as string]));
      await refused(path, FormatError, /weightsManifest names the file .*; expected a file next to model\.json/);
    }
  });
});

test("a padding with a flipped bit is refused before an engine computes it, with the limit's name", async () => {
  const b = createBuilder({ name: "padded" });
  const pads = BigInt64Array.from([0, 0, 1, 1, 0, 0, 1, 1], BigInt);
  const x = b.input("x", "float32", [1, 3, 8, 8]);
  b.output(b.node("Pad", [x, b.initializer(lazyTensor("pads", { dtype: "int64", shape: [8], data: pads }))]));
  const written = await modelFiles(b.finish());
  const shard = onlyShard(written);
  const whole = written.get(shard)!;
  const json = JSON.parse(new TextDecoder().decode(written.get("model.json"))) as Json;
  // Of another converter, whose models have no digests.
  delete json.userDefinedMetadata["samoyedDigests"];
  const load = async (at: number): Promise<string> => {
    const damaged = whole.slice();
    if (at >= 0) damaged[at]! ^= 0x40;
    return writeFiles(
      new Map<string, Uint8Array | string>([
        ["model.json", JSON.stringify(json)],
        [shard, damaged],
      ]),
    );
  };
  const session = await tfjsCpu().load(await load(-1));
  await session.dispose();
  const first = whole.findIndex((byte) => byte === 1);
  const limit = /the node ".*" \((?:Pad|PadV2|MirrorPad)\) takes 4194305 from .*; MAX_PADDING allows 8192/;
  await refused(await load(first + 2), UnsupportedError, limit);
});

describe("model.json", () => {
  test("another format, or no format", async () => {
    await refused(
      await changed((json) => (json.format = "layers-model")),
      UnsupportedError,
      /is a layers model; expected a graph model/,
    );
    await refused(
      await changed((json) => (json.format = "pickle")),
      FormatError,
      /has the format "pickle"; expected "graph-model"/,
    );
    await refused(await writeFiles(new Map([["model.json", "{"]])), FormatError, /is not JSON/);
    await refused(await writeFiles(new Map([["model.json", "null"]])), FormatError, /has the format undefined/);
    await expect(tfjsCpu().load("no/such/model.json")).rejects.toThrow(IoError);
  });

  test("an invalid graph: the node is named", async () => {
    const nodes = (json: Json): Json["modelTopology"]["node"] => json.modelTopology.node;
    const relu = (json: Json): Json["modelTopology"]["node"][number] =>
      nodes(json).find(({ name }) => name === "again")!;
    await refused(await changed((json) => (json.modelTopology.node = [])), FormatError, /no list of nodes/);
    await refused(await changed((json) => nodes(json).push(relu(json))), FormatError, /the node "again" appears twice/);
    await refused(
      await changed((json) => (relu(json).input = ["gone:1"])),
      FormatError,
      /node "again" \(Relu\) reads "gone:1", which is not the output of a node/,
    );
    await refused(
      await changed((json) => (relu(json).name = "__proto__")),
      FormatError,
      /a node has the name "__proto__"/,
    );
    await refused(
      await changed((json) => (relu(json).op = "RaggedGather")),
      UnsupportedError,
      /the node "again" is a RaggedGather; TensorFlow\.js has no such operator/,
    );
  });

  test.each([
    ["Where", "dynamic"],
    ["NonMaxSuppressionV4", "dynamic"],
    ["Switch", "control"],
    ["StatelessWhile", "control"],
    ["HashTableV2", "hash_table"],
  ])("%s is only asynchronous: the node is named before a weight is read", async (op, category) => {
    const path = await changed((json) => {
      json.modelTopology.node.find(({ name }) => name === "again")!.op = op;
    });
    await rm(join(dirname(path), SHARD));
    const message = `the node "again" is a ${op}; TensorFlow\\.js computes operators of its category ${category} only in executeAsync`;
    await refused(path, UnsupportedError, new RegExp(message));
    await expect(tfjsCpu().load(path)).rejects.toMatchObject({ details: { node: "again", op } });
  });

  test("weights that do not match the manifest", async () => {
    const first = (json: Json): Json["weightsManifest"][number]["weights"][number] =>
      json.weightsManifest[0]!.weights[0]!;
    await refused(
      await changed((json) => (first(json).name = "other")),
      MismatchError,
      /the constant ".*" has no weight in weightsManifest/,
    );
    await refused(
      await changed((json) => (first(json).dtype = "int32")),
      MismatchError,
      /is DT_FLOAT; weightsManifest says int32/,
    );
    await refused(
      await changed((json) => (first(json).dtype = "string")),
      UnsupportedError,
      /is "string"; expected float32, int32 or bool/,
    );
    await refused(await changed((json) => (first(json).shape = [1, -1])), FormatError, /has the shape \[1,-1\]/);
    await refused(await changed((json) => (first(json).shape = [1e9, 1e9])), FormatError, /larger than any memory/);
    await refused(
      await changed((json) => (first(json).quantization = { dtype: "uint8" })),
      FormatError,
      /has the quantization/,
    );
    await refused(
      await changed((json) => reshape(json, [3, 3, 3, 17])),
      MismatchError,
      /its shard .* does not match the manifest/,
    );
  });

  test("a weight with another shape and the same number of bytes: model.json, weight, both shapes; no shard is opened", async () => {
    const { name, shape } = (
      JSON.parse(new TextDecoder().decode(files.get("model.json"))) as Json
    ).weightsManifest[0]!.weights.find((entry) => (entry.shape as number[]).length === 4)!;
    const [expected, got] = [shape as number[], (shape as number[]).toReversed()];
    expect(got).not.toEqual(expected);
    const path = await changed((json) => {
      json.weightsManifest[0]!.weights.find((entry) => entry.name === name)!.shape = got;
    });
    await rm(join(dirname(path), SHARD));
    const list = (sizes: number[]): string => String.raw`\[${sizes.join(", ")}\]`;
    const message = `model.json: the constant "${name}" is ${list(expected)}; weightsManifest says ${list(got)}`;
    await refused(path, MismatchError, new RegExp(message));
    await expect(tfjsCpu().load(path)).rejects.toMatchObject({ details: { weight: name, expected, got } });
  });

  test("a scalar that is a vector in the manifest", async () => {
    const path = await changed((json) => {
      const entry = json.weightsManifest[0]!.weights.find(({ shape }) => (shape as number[]).length === 0)!;
      const node = json.modelTopology.node.find(({ name }) => name === entry.name)!;
      // As in protobuf's own JSON.
      node.attr["value"] = { tensor: { dtype: "DT_INT32", tensorShape: {} } };
      entry.shape = [1];
    });
    await refused(path, MismatchError, /is \[\]; weightsManifest says \[1\]/);
  });

  test("an invalid signature", async () => {
    await refused(
      await changed((json) => (json.signature.inputs = {})),
      UnsupportedError,
      /its signature names no inputs/,
    );
    await refused(
      await changed((json) => (json.signature.outputs["logits"]!["name"] = "gone:0")),
      FormatError,
      /the signature's "logits" is the node "gone:0"/,
    );
    await refused(
      await changed((json) => (json.signature.inputs["input"]!["dtype"] = "DT_STRING")),
      UnsupportedError,
      /is "DT_STRING"/,
    );
  });

  test("an invalid contract", async () => {
    const path = await changed((json) => (json.userDefinedMetadata["samoyed"] = '{"version":"x"}'));
    await expect(tfjsCpu().load(path)).rejects.toThrow(FormatError);
    const without = await changed((json) => delete json.userDefinedMetadata["samoyed"]);
    const session = await tfjsCpu().load(without);
    expect(session.contract).toBeUndefined();
    await session.dispose();
  });
});

test("an operator without a kernel on the engine is unsupported, and nothing is left behind", async () => {
  const path = await changed((json) => {
    const relu = json.modelTopology.node.find(({ name }) => name === "again")!;
    relu.op = "Digamma";
  });
  await refused(path, UnsupportedError, /"again" is a Digamma/);
});

test("a model that is too large for WebAssembly is refused before it is read, with the figures", async () => {
  const path = await changed((json) => reshape(json, [3, 3, 1024, 40_000]));
  const model = parseModel(await readFile(path, "utf8"), path);
  expect(wasmWeightBytes(model)).toBeGreaterThan(MAX_WASM_WEIGHT_BYTES);
  expect(() => checkWasmMemory(model)).toThrow(
    /take 2\.95 GB of WebAssembly memory \(filters and matrices twice\); at most 2\.68 GB fit/,
  );
  await expect(tfjsWasm().load(path)).rejects.toThrow(UnsupportedError);
  // 194 million weights, as in the largest network that ran in tests.
  const entry = { name: "w", shape: [1, 1, 194_000, 1000], dtype: "float32" as const, quantization: undefined };
  const groups = [{ files: [], entries: [entry], byteLength: 0 }];
  expect(() => checkWasmMemory({ label: "model.json", groups, nodes: [] })).not.toThrow();
});

test.each([
  ["on the right side", ["x", "w"], {}, 2],
  ["on the right side, transposed", ["x", "w"], { transpose_b: { b: true } }, 1],
  ["on the right side of a transposed one", ["x", "w"], { transpose_a: { b: true } }, 1],
  ["on the left side", ["w", "x"], {}, 1],
])("a matrix %s of a product takes its place in WebAssembly memory so many times", (_, input, attr, times) => {
  const entry = { name: "w", shape: [1000, 500], dtype: "float32" as const, quantization: undefined };
  const groups = [{ files: [], entries: [entry], byteLength: 0 }];
  const flags = { transpose_a: { b: false }, transpose_b: { b: false }, ...attr };
  const nodes = [{ name: "y", op: "MatMul", input, attr: flags }];
  expect(wasmWeightBytes({ groups, nodes })).toBe(2_000_000 * times);
});
