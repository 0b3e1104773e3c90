import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Makes a graph model of one addition, as the files of its folder: `x` of two numbers, plus the weight `bias`. */
export function tinyModel(): { readonly json: Record<string, unknown>; readonly shard: Uint8Array } {
  const shape = { dim: [{ size: "2" }] };
  const port = (name: string): object => ({ name: `${name}:0`, dtype: "DT_FLOAT", tensorShape: shape });
  return {
    json: {
      format: "graph-model",
      signature: { inputs: { x: port("x") }, outputs: { sum: port("sum") } },
      modelTopology: {
        node: [
          { name: "x", op: "Placeholder", attr: { dtype: { type: "DT_FLOAT" } } },
          { name: "bias", op: "Const", attr: { dtype: { type: "DT_FLOAT" } } },
          { name: "sum", op: "AddV2", input: ["x", "bias"] },
        ],
      },
      weightsManifest: [
        {
          paths: ["group1-shard1of1.bin"],
          weights: [
            {
              name: "bias",
              shape: [2],
              dtype: "float32",
              quantization: { dtype: "uint8", scale: 0.5, min: -1 },
            },
          ],
        },
      ],
    },
    shard: Uint8Array.of(0, 5),
  };
}

/** Writes the model's files into a folder. */
export async function writeTinyModel(folder: string, { json, shard } = tinyModel()): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "model.json"), JSON.stringify(json));
  await writeFile(join(folder, "group1-shard1of1.bin"), shard);
}
