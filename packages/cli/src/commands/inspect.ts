import { fileSource } from "@samoyed/core/node";
import { readOnnx } from "@samoyed/format-onnx";
import type { Command, Result } from "../command.ts";
import { inspectCheckpoint } from "../inspect/inspect-checkpoint.ts";
import { inspectOnnx } from "../inspect/inspect-onnx.ts";
import { TENSORS_SHOWN } from "../inspect/tensor-table.ts";
import { namingFile } from "../naming-file.ts";
import { siblings } from "../siblings.ts";
import { flag, one } from "../values.ts";
import { withCheckpoint } from "../with-checkpoint.ts";

async function onnxFile(path: string, all: boolean): Promise<Result> {
  const source = await fileSource(path);
  try {
    const model = await namingFile(path, () => readOnnx(source, { resolve: siblings(path) }));
    return inspectOnnx(model, { all });
  } finally {
    await source.close();
  }
}

export const inspect: Command = {
  name: "inspect",
  summary: "what a checkpoint or artifact holds",
  usage: "FILE",
  options: {
    all: {
      type: "boolean",
      description: `list every tensor, not the first ${TENSORS_SHOWN}, and the values that run --taps takes`,
    },
  },
  examples: ["samoyed inspect resnext.pth", "samoyed inspect models/resnext50_32x4d.onnx --json"],
  async run(args, values, { signal }) {
    const path = one(args, "FILE");
    const all = flag(values, "all");
    if (path.toLowerCase().endsWith(".onnx")) return onnxFile(path, all);
    return withCheckpoint(path, { signal, work: async (checkpoint) => inspectCheckpoint(checkpoint, { all }) });
  },
};
