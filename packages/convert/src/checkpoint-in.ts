import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { IoError, UsageError } from "@samoyed/core";

/** The names of checkpoints in a folder of the Hugging Face hub, the first of which is taken, as timm and transformers do. */
const HUB_FILES = [
  "model.safetensors",
  "model.safetensors.index.json",
  "pytorch_model.bin",
  "pytorch_model.bin.index.json",
] as const;

const CHECKPOINT = /\.(?:safetensors|pth|pt|bin|ckpt|tar)$/iu;

/** Most names in an error. */
const SHOWN = 5;

/** Whether a path is a folder's; opening another one says what is wrong with it. */
async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/**
 * The checkpoint at a path: the file itself, or that of a folder from the hub, else the only one in the folder.
 *
 * @throws IoError when there is none; UsageError when there are several.
 */
export async function checkpointIn(path: string): Promise<string> {
  if (!(await isFolder(path))) return path;
  const files = await readdir(path);
  const known = HUB_FILES.find((name) => files.includes(name));
  if (known !== undefined) return join(path, known);
  const checkpoints = files.filter((name) => CHECKPOINT.test(name)).sort();
  const [only, ...others] = checkpoints;
  if (only === undefined) {
    throw new IoError(`${path}: a folder without a checkpoint; expected ${HUB_FILES.join(" or ")} in it`, {
      hint: "Give the path of the file.",
    });
  }
  if (others.length > 0) {
    const shown = [...checkpoints.slice(0, SHOWN), ...(checkpoints.length > SHOWN ? ["…"] : [])].join(", ");
    throw new UsageError(`${path}: a folder with ${checkpoints.length} checkpoints: ${shown}`, {
      hint: `Give one of them: ${join(path, only)}`,
    });
  }
  return join(path, only);
}
