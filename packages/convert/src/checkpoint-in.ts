import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { IoError, UnsupportedError, UsageError } from "@samoyed/core";

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

/** Folders that are something else than a checkpoint and its configuration, by the names in them. */
const FOREIGN: readonly (readonly [is: (names: readonly string[]) => boolean, noun: string, hint: string])[] = [
  [
    (names) => names.includes(".metadata") && names.some((name) => name.endsWith(".distcp")),
    "a checkpoint in parts (torch.distributed.checkpoint)",
    "In Python: torch.distributed.checkpoint.format_utils.dcp_to_torch_save(FOLDER, 'model.pth').",
  ],
  [
    (names) => names.some((name) => /^adapter_(?:model\.(?:safetensors|bin)|config\.json)$/u.test(name)),
    "an adapter (LoRA) without the network that it adapts",
    "In Python, save both as one: torch.save(model.merge_and_unload().state_dict(), 'merged.pth').",
  ],
  [
    (names) => names.includes("data.pkl") && names.includes("data"),
    "an unpacked checkpoint, with data.pkl",
    "Pack it again, without compression: zip -0 -r model.pth FOLDER, from the folder above it.",
  ],
  [
    (names) => names.includes("saved_model.pb"),
    "a SavedModel of TensorFlow",
    "Samoyed reads PyTorch's checkpoints; save the weights of the same network in PyTorch.",
  ],
];

/** @throws UnsupportedError for a folder that is something else. */
function refuseForeign(path: string, names: readonly string[]): void {
  const [, noun, hint] = FOREIGN.find(([is]) => is(names)) ?? [];
  if (noun !== undefined) throw new UnsupportedError(`${path}: the folder is ${noun}`, { hint: hint! });
  const shard = names.find((name) => /-\d{5}-of-\d{5}\.(?:safetensors|bin)$/u.test(name));
  if (shard === undefined || names.some((name) => name.endsWith(".index.json"))) return;
  const index = shard.replace(/-\d{5}-of-\d{5}/u, "");
  throw new UnsupportedError(`${path}: the folder has shards, such as ${shard}, and no index of them`, {
    hint: `Put ${index}.index.json beside them, which the library wrote with them.`,
  });
}

/**
 * The checkpoint at a path: the file itself, or that of a folder from the hub, else the only one in the folder.
 *
 * @throws IoError when there is none; UsageError when there are several; UnsupportedError for a folder of something else.
 */
export async function checkpointIn(path: string): Promise<string> {
  if (!(await isFolder(path))) return path;
  const files = await readdir(path);
  refuseForeign(path, files);
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
