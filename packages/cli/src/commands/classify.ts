import { UsageError } from "@samoyed/core";
import { loadClassifier } from "@samoyed/runtime";
import { backendFor } from "../backend-for.ts";
import { columns } from "../columns.ts";
import type { Command } from "../command.ts";
import { namingFile } from "../naming-file.ts";
import { orientationNote } from "../orientation-note.ts";
import { ORIENTATION_OPTION, orientationOverride } from "../preprocess/options.ts";
import { readLabels, readWhole } from "../read.ts";
import { paint } from "../terminal.ts";
import { positiveInteger, text } from "../values.ts";

const DEFAULT_TOP = 5;

export const classify: Command = {
  name: "classify",
  summary: "the most likely classes of images, with names",
  usage: "ARTIFACT IMAGE…|-",
  options: {
    top: { type: "string", value: "K", description: `how many classes to print (default ${DEFAULT_TOP})` },
    backend: { type: "string", value: "NAME", description: "the engine (default: the first that is ready)" },
    labels: { type: "string", value: "FILE", description: "class names, instead of the artifact's own" },
    ...ORIENTATION_OPTION,
  },
  examples: [
    "samoyed classify models/resnext50_32x4d.onnx dog.jpg",
    "samoyed classify shapes.onnx *.jpg --top 1 --json",
  ],
  async run(args, values, { terminal, signal }) {
    const [artifact, ...images] = args;
    if (artifact === undefined || images.length === 0)
      throw new UsageError("classify needs an artifact and at least one image", {
        hint: "See: samoyed classify --help",
      });
    const top = positiveInteger(values, "top") ?? DEFAULT_TOP;
    const labelFile = text(values, "labels");
    const labels = labelFile === undefined ? undefined : await readLabels(labelFile);
    const backend = await backendFor(artifact, text(values, "backend"));
    const { exifOrientation } = orientationOverride(values);
    const classifier = await loadClassifier(artifact, {
      backend,
      signal,
      ...(labels && { labels }),
      ...(exifOrientation && { exifOrientation }),
    });
    try {
      const results = [];
      const orientation = exifOrientation ?? classifier.contract.preprocess.exifOrientation;
      let note: string | undefined;
      for (const image of images) {
        const bytes = await readWhole(image, { signal });
        if (orientation === undefined) note ??= orientationNote(image, bytes);
        const classes = await namingFile(image, () => classifier.classify(bytes, { top, signal }));
        results.push({ image, classes });
      }
      const standIn = classifier.contract.standIn;
      // A binary classifier, whose two probabilities are not a softmax over its output.
      const activation = classifier.logits === 1 ? "sigmoid" : undefined;
      const blocks = results.map(({ image, classes }) => {
        const rows = classes.map(({ label, probability }) => [`  ${probability.toFixed(4)}`, label]);
        return `${paint(terminal, "bold", image)}\n${columns(rows)}`;
      });
      return {
        json: {
          artifact,
          backend: backend.name,
          ...(standIn ? { standIn } : {}),
          ...(activation ? { activation } : {}),
          ...(note ? { note } : {}),
          results,
        },
        text: `${standIn ? `${paint(terminal, "yellow", standIn)}\n` : ""}${activation ? "one logit: sigmoid\n" : ""}${blocks.join("\n\n")}${note ? `\n\nnote: ${note}` : ""}`,
      };
    } finally {
      await classifier.dispose();
    }
  },
};
