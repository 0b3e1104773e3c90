import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openCheckpoint, stateDict } from "@samoyed/checkpoint";
import { bytesPerElement, elementCount, encodeNpy, memorySource, parseNpy } from "@samoyed/core";
import { FORMATS, SOURCE_FORMATS } from "@samoyed/convert";
import { decodeImage } from "@samoyed/preprocess";
import { mutateJson } from "./generators.mjs";
import { convertedModels } from "./models.mjs";

const FIXTURES = fileURLToPath(new URL("../../packages/", import.meta.url));

/** Tensors above this are not read: what they take is what the file has. */
const MAX_READ_BYTES = 1 << 20;

/** The fixtures of a package whose names match, with their bytes. */
function fixtures(folder, pattern) {
  const path = `${FIXTURES}${folder}/fixtures/`;
  return readdirSync(path)
    .filter((file) => pattern.test(file))
    .map((file) => ({ name: file, bytes: new Uint8Array(readFileSync(path + file)) }));
}

/** Images that were recorded one after the other in one file. */
function images(kind) {
  const { cases } = JSON.parse(readFileSync(`${FIXTURES}preprocess/fixtures/${kind}.json`, "utf8"));
  const all = new Uint8Array(readFileSync(`${FIXTURES}preprocess/fixtures/${kind}.bin`));
  let at = 0;
  return cases.map(([name, byteLength]) => ({ name, bytes: all.slice(at, (at += byteLength)) }));
}

async function readCheckpoint(bytes) {
  const checkpoint = await openCheckpoint(memorySource(bytes, "mutant"));
  // Each tensor may be damaged by itself.
  const failures = [];
  for (const tensor of checkpoint.tensors.values()) {
    const byteLength = elementCount(tensor.shape) * bytesPerElement(tensor.dtype);
    if (byteLength <= MAX_READ_BYTES) await tensor.read().catch((error) => failures.push(error));
  }
  await checkpoint.verifyChecksums?.().catch((error) => failures.push(error));
  stateDict(checkpoint);
  return failures;
}

/** Reads a graph with its weights, as far as they are small. */
function graphReader(format) {
  const { read } = SOURCE_FORMATS.find(({ name }) => name === format);
  return async (bytes) => {
    const files = { label: "mutant", local: true, open: async () => memorySource(bytes, "mutant") };
    const model = await read(files, {});
    const failures = [];
    for (const tensor of model.graph.initializers.values()) {
      const byteLength = elementCount(tensor.shape) * bytesPerElement(tensor.dtype);
      if (byteLength > MAX_READ_BYTES) continue;
      try {
        for await (const _ of tensor.chunks());
      } catch (error) {
        failures.push(error);
      }
    }
    await model.close();
    return failures;
  };
}

const checkpoint = (pattern) => ({ seeds: () => fixtures("checkpoint", pattern), read: readCheckpoint });

/** Small models of these operators, exported by PyTorch. */
const PT2 = /^(?:activation|convolution|dynamic|indexing|matmul|normalization|pooling|view)\.pt2$/u;

/** A model's files but for the one that is damaged. */
async function readTfjs({ json, shards }) {
  const tfjs = FORMATS.find(({ name }) => name === "tfjs");
  const files = {
    label: "model.json",
    local: true,
    async open(name) {
      return memorySource(name === "" ? json : (shards.get(name) ?? new Uint8Array(0)), name);
    },
  };
  await tfjs.describe(files, {});
  await tfjs.readWeights(files, { shapes: new Map(), wanted: () => true, take: async () => undefined });
}

/**
 * Everything that reads bytes of strangers, by name: seeds, and how one mutant is read. `change` damages a seed where
 * damage anywhere in its bytes would be found at once by a digest; `wasm` where the reader has WebAssembly memories.
 */
export const READERS = {
  zip: checkpoint(/^(?:zip|torchscript).*\.pth?$/u),
  legacy: checkpoint(/^(?:legacy|tar).*\.pth$/u),
  pickle: checkpoint(/^pickle.*\.pkl$/u),
  safetensors: checkpoint(/\.safetensors$/u),
  "pt2-weights": checkpoint(/^export.*\.pt2$/u),
  pt2: { seeds: () => fixtures("format-pt2", PT2), read: graphReader("pt2") },
  onnx: {
    seeds: async () => [...fixtures("format-onnx", /\.onnx$/u), ...(await convertedModels("onnx"))],
    read: graphReader("onnx"),
  },
  smyd: { seeds: () => convertedModels("smyd"), read: graphReader("smyd"), wasm: true },
  tfjs: {
    seeds: () => convertedModels("tfjs"),
    change({ bytes, shards }, random, { mutate }) {
      const text = new TextDecoder().decode(bytes);
      if (random() < 0.5) return { json: new TextEncoder().encode(mutateJson(text, random)), shards };
      return { json: mutate(bytes, random), shards };
    },
    read: readTfjs,
  },
  jpeg: { seeds: () => images("jpeg"), read: async (bytes) => void decodeImage(bytes) },
  png: { seeds: () => images("png"), read: async (bytes) => void decodeImage(bytes) },
  bmp: { seeds: () => images("bmp"), read: async (bytes) => void decodeImage(bytes) },
  npy: {
    seeds: () => [
      { name: "float32", bytes: encodeNpy({ dtype: "float32", shape: [2, 3], data: new Float32Array(6) }) },
      { name: "int64", bytes: encodeNpy({ dtype: "int64", shape: [4], data: new BigInt64Array(4) }) },
    ],
    read: async (bytes) => void parseNpy(bytes),
  },
};
