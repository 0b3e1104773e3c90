import { memorySink } from "@samoyed/core";
import { convertModel } from "@samoyed/convert";
import { fileSource } from "@samoyed/core/node";
import { fileURLToPath } from "node:url";

const FIXTURES = new URL("../../packages/format-pt2/fixtures/", import.meta.url);

/** Programs of operators of one theme, each in all formats. */
const NAMES = ["activation", "folding", "indexing", "matmul", "normalization", "padding", "reduction", "resize"];

/** Small models in a format: the main file's bytes; of TensorFlow.js also the weight files. */
export async function convertedModels(format) {
  const models = [];
  for (const name of NAMES) {
    const sinks = new Map();
    const source = await fileSource(fileURLToPath(new URL(`${name}.pt2`, FIXTURES)));
    try {
      await convertModel(source, {
        from: "pt2",
        formats: [format],
        name,
        async createSink(file) {
          const sink = memorySink();
          sinks.set(file, sink);
          return sink;
        },
      });
    } finally {
      await source.close();
    }
    const files = [...sinks].map(([file, sink]) => [file.replace(/^.*\//u, ""), sink.bytes()]);
    const isEntry = ([file]) => file === "model.json" || !file.endsWith(".bin");
    const [, bytes] = files.find(isEntry);
    models.push({ name, bytes, shards: new Map(files.filter((file) => !isEntry(file))) });
  }
  return models;
}
