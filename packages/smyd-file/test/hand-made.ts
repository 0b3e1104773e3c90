import { createXxh64 } from "@samoyed/smyd-file";

/** JSON as plain data, to be changed by a test. */
export type Json = { [key: string]: ReturnType<typeof JSON.parse> };

/** The parts of a file, each of which a test may change. */
export interface Parts {
  graph: Json;
  contract: Json | undefined;
  metadata: Json;
  tensors: Json;
  data: Uint8Array;
}

const F32 = Float32Array.BYTES_PER_ELEMENT;

/**
 * Returns the parts of a valid file, written by hand from `docs/smyd-format.md`: a convolution [2, 1, 1, 2] with a bias, and a
 * constant tensor.
 */
export function parts(): Parts {
  const data = new Uint8Array(64 * 3 + 8 * 3);
  const floats = new Float32Array(data.buffer);
  // Two taps of eight lanes; output 0 is (1, 2), output 1 is (3, 4).
  floats.set([1, 3, 0, 0, 0, 0, 0, 0, 2, 4], 0);
  floats.set([0.5, -0.5], 64 / F32);
  floats.set([7], 128 / F32);
  const hashes = new BigUint64Array(data.buffer, 192);
  for (const [index, [begin, end]] of [
    [0, 64],
    [64, 72],
    [128, 132],
  ].entries()) {
    const hash = createXxh64();
    hash.update(data.subarray(begin, end));
    hashes[index] = hash.digest();
  }
  return {
    graph: {
      name: "tiny",
      opset: 17,
      inputs: [{ name: "input", dtype: "float32", shape: ["N", 1, 1, 3] }],
      outputs: [{ name: "sum", dtype: "float32", shape: ["N", 2, 1, 2] }],
      nodes: [
        {
          name: "conv",
          op: "Conv",
          inputs: ["input", "weight", "bias"],
          outputs: ["conv.out"],
          attributes: { kernel_shape: { type: "ints", value: [1, 2] } },
        },
        {
          name: "seven",
          op: "Constant",
          inputs: [],
          outputs: ["seven.out"],
          attributes: {
            value: {
              type: "tensor",
              value: { name: "seven", shape: [], layout: "plain", storage: "float32", tensor: "seven.value" },
            },
          },
        },
        { name: "add", op: "Add", inputs: ["conv.out", "seven.out"], outputs: ["sum"], attributes: {} },
      ],
      weights: [
        { name: "weight", shape: [2, 1, 1, 2], layout: "panel8", groups: 1, storage: "float32", tensor: "weight" },
        { name: "bias", shape: [2], layout: "plain", storage: "float32", tensor: "bias" },
      ],
    },
    contract: {
      version: 1,
      model: "tiny.test",
      task: "logits",
      input: "input",
      output: "sum",
      preprocess: {
        inputSize: [1, 1, 3],
        interpolation: "bicubic",
        cropPct: 1,
        cropMode: "center",
        mean: [0],
        std: [1],
      },
      weights: "float32",
      source: { name: "tiny.pth", sha256: "ab".repeat(32) },
      generator: "hand",
    },
    metadata: { format: "smyd", version: "1" },
    tensors: {
      weight: { dtype: "F32", shape: [1, 2, 8], data_offsets: [0, 64] },
      bias: { dtype: "F32", shape: [2], data_offsets: [64, 72] },
      "__pad.0": { dtype: "U8", shape: [56], data_offsets: [72, 128] },
      "seven.value": { dtype: "F32", shape: [], data_offsets: [128, 132] },
      "__pad.1": { dtype: "U8", shape: [60], data_offsets: [132, 192] },
      __hashes__: { dtype: "U64", shape: [3], data_offsets: [192, 216] },
    },
    data,
  };
}

/** Assembles a file from its parts; the digest is correct unless the metadata has one. */
export function assemble({ graph, contract, metadata, tensors, data }: Parts): Uint8Array {
  const graphText = JSON.stringify(graph);
  const contractText = contract === undefined ? undefined : JSON.stringify(contract);
  const hash = createXxh64();
  const blank = (contractText ?? "").replaceAll("ab".repeat(32), "0".repeat(64));
  hash.update(new TextEncoder().encode(`${graphText}\n${blank}`));
  const strings = {
    digest: hash.digest().toString(16).padStart(16, "0"),
    graph: graphText,
    ...(contractText !== undefined && { contract: contractText }),
    ...metadata,
  };
  return fromHeader(JSON.stringify({ __metadata__: strings, ...tensors }), data);
}

/** Assembles a file from its header's text, padded as in the format. */
export function fromHeader(header: string, data: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(header);
  const dataOffset = Math.ceil((8 + json.length) / 64) * 64;
  const bytes = new Uint8Array(dataOffset + data.length).fill(0x20, 0, dataOffset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(dataOffset - 8), true);
  bytes.set(json, 8);
  bytes.set(data, dataOffset);
  return bytes;
}

/** A valid file with something changed. */
export function changed(change: (file: Parts) => void): Uint8Array {
  const file = parts();
  change(file);
  return assemble(file);
}
