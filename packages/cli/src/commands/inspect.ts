import { basename, dirname, join } from "node:path";
import { readHubConfig } from "@samoyed/convert";
import { checkpointIn } from "@samoyed/convert/node";
import { IoError, UsageError } from "@samoyed/core";
import { fileSource } from "@samoyed/core/node";
import type { SourceFormat } from "@samoyed/graph";
import { artifactFiles, artifactFormat } from "../artifact-format.ts";
import type { Command, Result } from "../command.ts";
import { describeModel } from "../inspect/describe-model.ts";
import { inspectCheckpoint } from "../inspect/inspect-checkpoint.ts";
import { TENSORS_SHOWN } from "../inspect/tensor-table.ts";
import { namingFile } from "../naming-file.ts";
import { textWidth } from "../terminal.ts";
import { flag, one } from "../values.ts";
import { WEIGHTS_OPTIONS, weightsOptions } from "../weights-options.ts";
import { withCheckpoint } from "@samoyed/checkpoint/node";

/** The format of a model; `undefined` for a checkpoint, and for a folder that has one. */
async function formatAt(path: string): Promise<SourceFormat | undefined> {
  try {
    return await artifactFormat(path);
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    // The folder of a model has no checkpoint; its own error says what it lacks.
    const file = await checkpointIn(path).catch(() => path);
    if (file === path) throw error;
    return undefined;
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
    ...WEIGHTS_OPTIONS,
  },
  examples: [
    "samoyed inspect resnext.pth",
    "samoyed inspect models/resnext50_32x4d.onnx --json",
    "samoyed inspect models/resnext50_32x4d.tfjs",
    "samoyed inspect models/resnext50_32x4d.smyd --all",
  ],
  async run(args, values, { signal, terminal }): Promise<Result> {
    const path = one(args, "FILE");
    const all = flag(values, "all");
    const format = await formatAt(path);
    if (format !== undefined) {
      const files = await artifactFiles(path, format);
      const model = await namingFile(path, () => format.describe(files, { signal }));
      const unused = Object.keys(weightsOptions(values))[0];
      if (unused !== undefined) throw new UsageError(`--${unused} is for checkpoints; ${path} is ${format.noun}`);
      return describeModel(model, { kind: format.name, all, terminal });
    }
    const file = await checkpointIn(path);
    const hub = await readHubConfig(basename(file), (name) => fileSource(join(dirname(file), name)));
    const options = { ...weightsOptions(values), hub, all, width: textWidth(terminal) };
    return withCheckpoint(file, { signal, work: async (checkpoint) => inspectCheckpoint(checkpoint, options) });
  },
};
