import { type Tensor, UsageError, encodeNpy, formatShape, parseNpy } from "@samoyed/core";
import { backendFor } from "../backend-for.ts";
import { columns } from "../columns.ts";
import type { Command } from "../command.ts";
import { namingFile } from "../naming-file.ts";
import { readWhole } from "../read.ts";
import { list, one, text } from "../values.ts";
import { type NewFile, writeFiles } from "../write.ts";

const ONE_AT_A_TIME = "Tap one of them at a time.";

/** The path for a value: the given one for the first output, `stem.NAME.npy` for taps and further outputs. */
function pathFor(output: string, name: string, first: boolean): string {
  if (first) return output;
  return `${output.replace(/\.npy$/, "")}.${name.replaceAll(/[^\w.-]/g, "_")}.npy`;
}

export const run: Command = {
  name: "run",
  summary: "run an artifact on raw tensors",
  usage: "ARTIFACT --input X.npy --output Y.npy",
  options: {
    input: { type: "string", value: "X.npy", description: "the input tensor; [C, H, W] is taken as a batch of one" },
    output: { type: "string", value: "Y.npy", description: "where to write the output" },
    backend: { type: "string", value: "NAME", description: "the engine (default: the first that is ready)" },
    taps: {
      type: "string",
      multiple: true,
      value: "NAME,…",
      description: "also write these intermediate values, as Y.NAME.npy",
    },
  },
  examples: [
    "samoyed run models/resnext50_32x4d.onnx --input dog.npy --output logits.npy",
    "samoyed run models/resnext50_32x4d.onnx --input dog.npy --output logits.npy --taps layer4.2.act3",
  ],
  async run(args, values, { signal }) {
    const artifact = one(args, "ARTIFACT");
    const input = text(values, "input");
    const output = text(values, "output");
    if (input === undefined || output === undefined) {
      throw new UsageError("run needs --input X.npy and --output Y.npy", { hint: "See: samoyed run --help" });
    }
    const taps = list(values, "taps");
    const backend = await backendFor(artifact, text(values, "backend"));
    const bytes = await readWhole(input, { signal });
    const read = await namingFile(input, () => parseNpy(bytes));
    const session = await backend.load(artifact, { signal });
    try {
      const port = session.inputs[0]!;
      const batched: Tensor =
        read.shape.length === port.shape.length - 1 ? { ...read, shape: [1, ...read.shape] } : read;
      const outputs = await session.run({ [port.name]: batched }, { signal, taps });
      const written = [];
      const files = new Map<string, NewFile>();
      for (const [name, tensor] of outputs) {
        const path = pathFor(output, name, name === session.outputs[0]!.name);
        // Not every character of a value's name can be one of a file's.
        if (files.has(path)) throw new UsageError(`two values would be written as ${path}`, { hint: ONE_AT_A_TIME });
        files.set(path, { path, bytes: encodeNpy(tensor) });
        written.push({ name, path, dtype: tensor.dtype, shape: tensor.shape });
      }
      await writeFiles([...files.values()]);
      return {
        json: { artifact, backend: backend.name, outputs: written },
        text: columns(written.map((value) => [value.name, `${value.dtype} ${formatShape(value.shape)}`, value.path])),
      };
    } finally {
      await session.dispose();
    }
  },
};
