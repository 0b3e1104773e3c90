import { mkdirSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureNode } from "../measure.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const CLI = here("../../../packages/cli/bin/samoyed.js");
const TO = ["--to", "onnx,tfjs,smyd"];

/**
 * Makes a network in every format, as the command line writes it: from a file, or with stand-in weights.
 *
 * @param source timm's name of a network, or the path of a `.pt2` or `.onnx` file
 * @returns `{ name, paths, bytes }`: paths within `folder` by format, and the size of the `.smyd` file in bytes
 */
export function makeModels(source, folder) {
  const name = basename(source).replace(/\.(?:pt2|onnx)$/u, "");
  const out = join(folder, name);
  mkdirSync(out);
  const convert = (argv) => JSON.parse(measureNode([CLI, "convert", ...argv, ...TO, "--out", out, "--json"]).stdout);
  if (name !== source) return described(convert([source]), { name, folder });
  const checkpoint = join(folder, `${name}.pth`);
  measureNode([here("../make-stand-in.mjs"), name, checkpoint]);
  const report = convert([checkpoint, "--model", name]);
  rmSync(checkpoint);
  return described(report, { name, folder });
}

function described({ files }, { name, folder }) {
  const ending = (end) => `${name}/${files.find(({ file }) => file.endsWith(end)).file}`;
  const paths = { onnx: ending(".onnx"), tfjs: ending("/model.json"), smyd: ending(".smyd") };
  return { name, paths, bytes: statSync(join(folder, paths.smyd)).size };
}
