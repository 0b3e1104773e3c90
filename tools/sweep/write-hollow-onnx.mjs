// Writes a graph as ONNX with its weights in a second file that takes no room on the disk.
import { truncateSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { memorySink } from "@samoyed/core";
import { writeOnnx } from "@samoyed/format-onnx";
import { withZeroWeights } from "./zero-weights.mjs";

/** A sink that counts. */
function countingSink() {
  let position = 0;
  return {
    get position() {
      return position;
    },
    async write(bytes) {
      position += bytes.byteLength;
    },
    async patch() {},
    async commit() {},
    async abort() {},
  };
}

/**
 * Writes `path` and `path.data`, whose weights are zeros: a hole in the file system of the size that the model says.
 *
 * @returns the bytes of the weights.
 */
export async function writeHollowOnnx(graph, path) {
  const [sink, weights] = [memorySink(), countingSink()];
  const dataPath = `${path}.data`;
  await writeOnnx(withZeroWeights(graph), { sink, external: { name: basename(dataPath), sink: weights } });
  await sink.commit();
  await writeFile(path, sink.bytes());
  await writeFile(dataPath, "");
  truncateSync(dataPath, weights.position);
  return weights.position;
}
