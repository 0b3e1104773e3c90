import { stat } from "node:fs/promises";
import { join } from "node:path";
import {
  type ByteSource,
  IoError,
  readSafetensorsHeader,
  refuseSubstitute,
  SamoyedError,
  SUBSTITUTE_HEAD_BYTES,
} from "@samoyed/core";
import { fileSource, systemCode, toIoError } from "@samoyed/core/node";
import type { Backend } from "@samoyed/runtime";
import { refuseAddress } from "./refuse-address.ts";

type Format = Backend["format"];

const EXPECTED: Readonly<Record<Format, string>> = {
  onnx: "an ONNX model",
  tfjs: "a model.json",
  smyd: "a .smyd model",
};

/**
 * The format of a model that is there, by its name; a `.smyd` file is known by its content, too. `undefined` for every
 * other file, checkpoints among them.
 *
 * @throws UsageError for an address.
 * @throws IoError when there is no such file, or a folder has no model.json.
 * @throws FormatError when a web page or a Git LFS pointer stands in the model's place.
 */
export async function artifactFormat(path: string): Promise<Format | undefined> {
  refuseAddress(path);
  if ((await kindOf(path)) === "folder") {
    const json = join(path, "model.json");
    if ((await kindOf(json, `${path}: a folder without model.json`)) === "file") await refuseSubstituteAt(json, "tfjs");
    return "tfjs";
  }
  const format = formatByName(path);
  if (format === undefined) return (await holdsSmyd(path)) ? "smyd" : undefined;
  await refuseSubstituteAt(path, format);
  return format;
}

function formatByName(path: string): Format | undefined {
  if (/\.onnx$/iu.test(path)) return "onnx";
  if (/\.smyd$/iu.test(path)) return "smyd";
  return /(?:^|[\\/])model\.json$/u.test(path) ? "tfjs" : undefined;
}

async function kindOf(path: string, absent = `${path}: no such file`): Promise<"file" | "folder"> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch (cause) {
    const code = systemCode(cause);
    if (code !== "ENOENT" && code !== "ENOTDIR") throw toIoError(cause, `${path}: cannot be opened`);
    throw new IoError(absent, { cause, hint: "Check the path.", details: { systemCode: code } });
  }
}

async function refuseSubstituteAt(path: string, format: Format): Promise<void> {
  const head = await withSource(path, (source) => source.read(0, Math.min(SUBSTITUTE_HEAD_BYTES, source.byteLength)));
  refuseSubstitute(head, { label: path, expected: EXPECTED[format] });
}

/** Whether a file is a safetensors file whose metadata names our format. */
async function holdsSmyd(path: string): Promise<boolean> {
  return withSource(path, async (source) => {
    try {
      return (await readSafetensorsHeader(source)).metadata.get("format") === "smyd";
    } catch (error) {
      // None, or a damaged one: whoever reads it as what its name says tells more.
      if (error instanceof SamoyedError && error.code !== "io") return false;
      throw error;
    }
  });
}

async function withSource<T>(path: string, work: (source: ByteSource) => Promise<T>): Promise<T> {
  const source = await fileSource(path);
  try {
    return await work(source);
  } finally {
    await source.close();
  }
}
