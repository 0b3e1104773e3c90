import { REFERENCE_SCRIPT } from "@samoyed/check";
import { UsageError } from "@samoyed/core";
import type { Command } from "../command.ts";
import { flag } from "../values.ts";

export const reference: Command = {
  name: "reference",
  summary: "record what PyTorch gives, for a check of your own model",
  usage: "--python > reference.py",
  options: {
    python: { type: "boolean", description: "print the Python script that writes a reference file" },
  },
  examples: [
    "samoyed reference --python > reference.py",
    "python reference.py --timm resnet18 --checkpoint model.pth photo.jpg",
    "samoyed check resnet18.onnx --reference reference.safetensors --images photo.jpg",
  ],
  async run(args, values) {
    if (args.length > 0 || !flag(values, "python")) {
      throw new UsageError("reference prints a script for your own Python; expected --python", {
        hint: "samoyed reference --python > reference.py",
      });
    }
    return { json: { script: REFERENCE_SCRIPT }, text: REFERENCE_SCRIPT.trimEnd() };
  },
};
