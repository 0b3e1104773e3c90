import type { Backend } from "@samoyed/runtime";
import { artifactFormat } from "../artifact-format.ts";
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

/** What describes a model of each format; every other file is a checkpoint, or nothing. */
const INSPECTORS: Readonly<Record<Backend["format"], Inspect>> = {
  onnx: inspectOnnx,
  smyd: inspectSmyd,
  tfjs: inspectTfjs,
};

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
    const format = await artifactFormat(path);
    if (format !== undefined) return describeModel(await INSPECTORS[format](path, signal), { all });
    return withCheckpoint(path, { signal, work: async (checkpoint) => inspectCheckpoint(checkpoint, { all }) });
  },
};
