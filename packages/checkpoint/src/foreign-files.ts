import { asciiBytes, hasBytesAt } from "@samoyed/core";

/** A file of another kind than a checkpoint, and what to do with it. */
export interface ForeignFile {
  /** A noun with its article: `an HDF5 file`. */
  readonly noun: string;
  readonly hint: string;
}

const RESAVE = "In Python, load it with what wrote it, and save the state dict with torch.save.";
const KERAS = "Samoyed reads PyTorch's checkpoints; save the weights of the same network in PyTorch.";
const IMAGE = "A checkpoint is expected here; images go to `samoyed classify`.";
const unpack = (command: string): string => `Unpack it first: ${command} FILE.`;

/** How a checkpoint of `torch.distributed.checkpoint` becomes one file (PyTorch 2.13, `format_utils.py`). */
export const PARTS_HINT =
  "In Python: torch.distributed.checkpoint.format_utils.dcp_to_torch_save(FOLDER, 'model.pth').";

type Signature = readonly [bytes: readonly number[], offset: number, noun: string, hint: string];

/** By the bytes that a file begins with, and their offset. */
const SIGNATURES: readonly Signature[] = [
  [[0x89, ...asciiBytes("HDF\r\n"), 0x1a, 0x0a], 0, "an HDF5 file, such as Keras writes", KERAS],
  [asciiBytes("GGUF"), 0, "a GGUF file", "It holds a language model for llama.cpp; Samoyed converts vision networks."],
  [
    asciiBytes("TFL3"),
    4,
    "a TensorFlow Lite model",
    "It is a converted network already; convert the checkpoint instead.",
  ],
  [[0x93, ...asciiBytes("NUMPY")], 0, "a single NumPy array", RESAVE],
  [[0x1f, 0x8b], 0, "a gzip archive", unpack("gunzip")],
  [asciiBytes("BZh"), 0, "a bzip2 archive", unpack("bunzip2")],
  [[0xfd, ...asciiBytes("7zXZ")], 0, "an xz archive", unpack("unxz")],
  [[0x28, 0xb5, 0x2f, 0xfd], 0, "a Zstandard archive", unpack("unzstd")],
  [[0x04, 0x22, 0x4d, 0x18], 0, "an LZ4 archive, as joblib may write", RESAVE],
  [[...asciiBytes("7z"), 0xbc, 0xaf], 0, "a 7-Zip archive", unpack("7z x")],
  [asciiBytes("Rar!"), 0, "a RAR archive", unpack("unrar x")],
  [[0x89, ...asciiBytes("PNG")], 0, "a PNG image", IMAGE],
  [[0xff, 0xd8, 0xff], 0, "a JPEG image", IMAGE],
  ...[0x01, 0x5e, 0x9c, 0xda].map((level): Signature => [
    [0x78, level],
    0,
    "data compressed with zlib, as joblib writes",
    RESAVE,
  ]),
];

/** The first opcodes of a pickle of protocol 0 or 1: a dictionary, a list, or a name on two lines. */
const TEXT_PICKLE = /^(?:\([dl]p\d+\n|c[A-Za-z_][\w.]*\n[A-Za-z_][\w.]*\n|[\]}]q)/;

/** Names of files that are parts of a checkpoint, and are nothing by themselves. */
const PART_NAMES: readonly (readonly [name: RegExp, noun: string, hint: string])[] = [
  [/(?:\.data-\d{5}-of-\d{5}|\.ckpt(?:-\d+)?\.(?:index|meta))$/, "a part of a TensorFlow checkpoint", KERAS],
  [/\.distcp$/, "a part of a checkpoint of torch.distributed.checkpoint", PARTS_HINT],
];

/** Recognizes a part of a checkpoint by a name that only such files have. */
export function findForeignPart(label: string): ForeignFile | undefined {
  const found = PART_NAMES.find(([name]) => name.test(label));
  return found && { noun: found[1], hint: found[2] };
}

/** Recognizes a file of another kind by its first bytes. */
export function findForeignFile(head: Uint8Array): ForeignFile | undefined {
  for (const [bytes, offset, noun, hint] of SIGNATURES) {
    if (hasBytesAt(head, bytes, offset)) return { noun, hint };
  }
  const text = String.fromCharCode(...head.subarray(0, 512));
  return TEXT_PICKLE.test(text)
    ? { noun: "a pickle of protocol 0 or 1", hint: "In Python, load it and save the state dict with torch.save." }
    : undefined;
}

/** Names of the files that another program puts in an archive. */
const CHECKPOINT_NAME = /\.(?:pth|pt|bin|ckpt|safetensors|pkl|th)$/i;
const IMAGE_NAME = /\.(?:jpe?g|png|webp|bmp|gif|tiff?)$/i;

/** What an archive or a folder that is not PyTorch's holds, by the names in it; the hint says what to do. */
export function findForeignArchive(names: readonly string[]): ForeignFile | undefined {
  const files = names.filter((name) => !name.endsWith("/") && !/(?:^|\/)(?:__MACOSX|\.DS_Store)/.test(name));
  const checkpoint = files.find((name) => CHECKPOINT_NAME.test(name));
  if (files.some((name) => name.endsWith(".weights.h5"))) return { noun: "a model of Keras", hint: KERAS };
  if (files.some((name) => name.endsWith(".distcp"))) return { noun: "a checkpoint in parts", hint: PARTS_HINT };
  if (checkpoint !== undefined) {
    const others = files.length === 1 ? "" : ` and ${files.length - 1} more`;
    return {
      noun: `an archive with ${JSON.stringify(checkpoint.slice(0, 200))}${others} in it`,
      hint: "Unpack it, and give the file in it.",
    };
  }
  if (files.length > 0 && files.every((name) => name.endsWith(".npy"))) {
    return {
      noun: "NumPy arrays in an archive (.npz)",
      hint: `In Python: torch.save(dict(numpy.load(FILE)), "model.pth").`,
    };
  }
  const images = files.filter((name) => IMAGE_NAME.test(name)).length;
  return images > files.length / 2
    ? { noun: `an archive of ${images} images`, hint: "A checkpoint is expected here." }
    : undefined;
}
