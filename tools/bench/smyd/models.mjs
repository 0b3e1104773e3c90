import { mkdirSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureNode } from "../measure.mjs";
import { FILE, NETWORKS } from "./networks.mjs";
import { NotRun } from "./not-run.mjs";
import { runPython } from "./python.mjs";
import { SOURCES } from "./sources.mjs";

const CLI = fileURLToPath(new URL("../../../packages/cli/bin/samoyed.js", import.meta.url));
const TO = ["--to", "onnx,tfjs,smyd"];

/**
 * Makes a network in every format: as the command line writes it, and as litert-torch does.
 *
 * @param source a name in `NETWORKS`, or the path of a `.pt2` or `.onnx` file
 * @returns `{ name, paths, bytes, missing }`: paths within `folder` by format, the size of the `.smyd` file in bytes, and
 *   for a format that cannot be made here the reason
 * @throws NotRun when the network's file is not here.
 */
export function makeModels(source, folder) {
  const name = basename(source).replace(/\.(?:pt2|onnx)$/u, "");
  const { from, shape } = NETWORKS[source] ?? FILE;
  const out = join(folder, name);
  const sources = join(out, "sources");
  mkdirSync(sources, { recursive: true });
  const [file, ...options] = SOURCES[from](source, sources);
  const sizes = shape ? ["--shape", shape] : [];
  const argv = [CLI, "convert", file, ...options, ...sizes, ...TO, "--out", out, "--json"];
  const { files } = JSON.parse(measureNode(argv).stdout);
  const ending = (end) => `${name}/${files.find((written) => written.file.endsWith(end)).file}`;
  const paths = { onnx: ending(".onnx"), tfjs: ending("/model.json"), smyd: ending(".smyd") };
  const missing = {};
  try {
    paths.tflite = writeTflite({ from, file, folder, name, onnx: paths.onnx });
  } catch (error) {
    if (!(error instanceof NotRun)) throw error;
    missing.tflite = error.message;
  }
  rmSync(sources, { recursive: true });
  return { name, paths, missing, bytes: statSync(join(folder, paths.smyd)).size };
}

/** Writes a `.tflite` file of a program of PyTorch, or of the `.onnx` file with fixed sizes that Samoyed wrote. */
function writeTflite({ from, file, folder, name, onnx }) {
  if (from === "stand-in") throw new NotRun("litert-torch reads no checkpoints, and its weights are in one");
  const path = `${name}/${name}.tflite`;
  runPython("litert", "write_tflite.py", [file.endsWith(".pt2") ? file : join(folder, onnx), join(folder, path)]);
  return path;
}
