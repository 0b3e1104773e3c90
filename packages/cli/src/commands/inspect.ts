import { UsageError } from "@samoyed/core";
import { artifactFiles, artifactFormat } from "../artifact-format.ts";
import type { Command, Result } from "../command.ts";
import { describeModel } from "../inspect/describe-model.ts";
import { inspectCheckpoint } from "../inspect/inspect-checkpoint.ts";
import { TENSORS_SHOWN } from "../inspect/tensor-table.ts";
import { namingFile } from "../naming-file.ts";
import { flag, one } from "../values.ts";
import { WEIGHTS_OPTIONS, weightsOptions } from "../weights-options.ts";
import { withCheckpoint } from "@samoyed/checkpoint/node";

export const inspect: Command = {
  name: "inspect",
  summary: "what a checkpoint or artifact holds",
  usage: "FILE",
  options: {
    all: {
      type: "boolean",
      description: `list every tensor, not the first ${TENSORS_SHOWN}, and the values that run --taps takes`,
    },
    ...WEIGHTS_OPTIONS,
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
    if (format !== undefined) {
      const files = await artifactFiles(path, format);
      const model = await namingFile(path, () => format.describe(files, { signal }));
      const unused = Object.keys(weightsOptions(values))[0];
      if (unused !== undefined) throw new UsageError(`--${unused} is for checkpoints; ${path} is ${format.noun}`);
      return describeModel(model, { kind: format.name, all });
    }
    return withCheckpoint(path, {
      signal,
      work: async (checkpoint) => inspectCheckpoint(checkpoint, { ...weightsOptions(values), all }),
    });
  },
};
