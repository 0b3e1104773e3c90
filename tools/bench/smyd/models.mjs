import { mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureNode } from "../measure.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const CLI = here("../../../packages/cli/bin/samoyed.js");

/**
 * Makes a network with stand-in weights in every format, as the command line writes it.
 *
 * @returns `{ name, paths, bytes }`: paths within `folder` by format, and the size of the `.smyd` file in bytes
 */
export function makeModels(name, folder) {
  const out = join(folder, name);
  const checkpoint = join(folder, `${name}.pth`);
  mkdirSync(out);
  measureNode([here("../make-stand-in.mjs"), name, checkpoint]);
  const argv = ["convert", checkpoint, "--model", name, "--to", "onnx,tfjs,smyd", "--out", out, "--json"];
  const { files } = JSON.parse(measureNode([CLI, ...argv]).stdout);
  rmSync(checkpoint);
  const ending = (end) => `${name}/${files.find(({ file }) => file.endsWith(end)).file}`;
  const paths = { onnx: ending(".onnx"), tfjs: ending("/model.json"), smyd: ending(".smyd") };
  return { name, paths, bytes: statSync(join(folder, paths.smyd)).size };
}
