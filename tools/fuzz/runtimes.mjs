import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onnxruntimeNode } from "@samoyed/runtime-onnx";
import { smyd } from "@samoyed/runtime-smyd";
import { tfjsCpu, tfjsWasm } from "@samoyed/runtime-tfjs";
import { createXxh64, smydDigest } from "@samoyed/smyd-file";
import { mutateJson } from "./generators.mjs";
import { convertedModels } from "./models.mjs";

/** Inputs above this are not made: their sizes are the caller's to give. */
const MAX_INPUT_ELEMENTS = 1 << 16;

const ARRAYS = { float32: Float32Array, int32: Int32Array, int64: BigInt64Array, bool: Uint8Array, uint8: Uint8Array };

/** Loads a model, and runs it on ones where its inputs are small. */
async function loadAndRun(backend, artifact) {
  const session = await backend.load(artifact, { threads: 1 });
  try {
    const inputs = session.inputs.map(({ name, dtype, shape }) => {
      const sizes = shape.map((size) => (typeof size === "number" ? size : 2));
      const count = sizes.reduce((product, size) => product * size, 1);
      if (ARRAYS[dtype] === undefined || count > MAX_INPUT_ELEMENTS) return undefined;
      const data = new ARRAYS[dtype](count).fill(dtype === "int64" ? 1n : 1);
      return [name, { dtype, shape: sizes, data }];
    });
    if (inputs.every((input) => input !== undefined)) await session.run(Object.fromEntries(inputs));
  } finally {
    await session.dispose();
  }
}

const hash = (bytes) => {
  const xxh64 = createXxh64();
  xxh64.update(bytes);
  return xxh64.digest();
};

/** A `.smyd` model whose graph says something else, with the digest that it then has. */
function changeSmyd({ bytes }, random, { mutate }) {
  if (random() < 0.1) return mutate(bytes, random);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const { graph, contract } = header.__metadata__;
  const changed = mutateJson(graph, random);
  const digest = smydDigest({ graph: changed, ...(contract !== undefined && { contract }) }, hash);
  header.__metadata__ = { ...header.__metadata__, graph: changed, digest };
  let text = JSON.stringify(header);
  // The data begins where a cache line does.
  const encoded = () => new TextEncoder().encode(text);
  while ((8 + encoded().byteLength) % 64 !== 0) text += " ";
  const head = encoded();
  const whole = new Uint8Array(8 + head.byteLength + bytes.byteLength - 8 - length);
  new DataView(whole.buffer).setBigUint64(0, BigInt(head.byteLength), true);
  whole.set(head, 8);
  whole.set(bytes.subarray(8 + length), 8 + head.byteLength);
  return whole;
}

/** A TensorFlow.js model of which the JSON or a weight file is damaged, in half of the cases without digests. */
function changeTfjs({ bytes, shards }, random, { mutate }) {
  let text = new TextDecoder().decode(bytes);
  if (random() < 0.5) text = text.replace("samoyedDigests", "otherDigests");
  if (random() < 0.5) return { json: mutateJson(text, random), shards };
  const flipped = [...shards].map(([name, shard]) => {
    const copy = shard.slice();
    copy[Math.floor(random() * copy.length)] ^= 1 << Math.floor(random() * 8);
    return [name, copy];
  });
  return { json: text, shards: new Map(flipped) };
}

let folder;
function writeTfjs({ json, shards }) {
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), "samoyed-fuzz-"));
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  }
  const model = join(folder, "mutant.tfjs");
  rmSync(model, { recursive: true, force: true });
  mkdirSync(model);
  for (const [name, bytes] of shards) writeFileSync(join(model, name), bytes);
  writeFileSync(join(model, "model.json"), json);
  return model;
}

const tfjs = (backend, wasm) => ({
  wasm,
  seeds: () => convertedModels("tfjs"),
  change: changeTfjs,
  read: (mutant) => loadAndRun(backend(), writeTfjs(mutant)),
});

/** Runtimes, of which each mutant is loaded and run. */
export const RUNTIMES = {
  "run-smyd": {
    wasm: true,
    seeds: () => convertedModels("smyd"),
    change: changeSmyd,
    read: (bytes) => loadAndRun(smyd(), bytes),
  },
  "run-tfjs-cpu": tfjs(tfjsCpu, false),
  "run-tfjs-wasm": tfjs(tfjsWasm, true),
  "run-onnxruntime-node": {
    seeds: () => convertedModels("onnx"),
    read: (bytes) => loadAndRun(onnxruntimeNode(), bytes),
  },
};
