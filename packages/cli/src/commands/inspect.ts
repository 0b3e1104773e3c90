import { statSync } from "node:fs";
import type { Command, Result } from "../command.ts";
import { describeModel, type ModelDescription } from "../inspect/describe-model.ts";
import { inspectCheckpoint } from "../inspect/inspect-checkpoint.ts";
import { inspectOnnx } from "../inspect/inspect-onnx.ts";
import { inspectSmyd } from "../inspect/inspect-smyd.ts";
import { inspectTfjs } from "../inspect/inspect-tfjs.ts";
import { TENSORS_SHOWN } from "../inspect/tensor-table.ts";
import { flag, one } from "../values.ts";
import { withCheckpoint } from "../with-checkpoint.ts";

type Inspect = (path: string, signal: AbortSignal) => Promise<ModelDescription>;

/** What describes a model at a path; `undefined` for everything else, checkpoints among it. */
function modelAt(path: string): Inspect | undefined {
  if (/\.onnx$/iu.test(path)) return inspectOnnx;
  if (/\.smyd$/iu.test(path)) return inspectSmyd;
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder || /(?:^|[\\/])model\.json$/u.test(path) ? inspectTfjs : undefined;
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
  examples: [
    "samoyed inspect resnext.pth",
    "samoyed inspect models/resnext50_32x4d.onnx --json",
    "samoyed inspect models/resnext50_32x4d.tfjs",
    "samoyed inspect models/resnext50_32x4d.smyd --all",
  ],
  async run(args, values, { signal }): Promise<Result> {
    const path = one(args, "FILE");
    const all = flag(values, "all");
    const model = modelAt(path);
    if (model !== undefined) return describeModel(await model(path, signal), { all });
    return withCheckpoint(path, { signal, work: async (checkpoint) => inspectCheckpoint(checkpoint, { all }) });
  },
};
