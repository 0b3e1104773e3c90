import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { type ByteSource, IoError, type ModelFiles, refuseSubstitute, SUBSTITUTE_HEAD_BYTES } from "@samoyed/core";
import { fileSource, modelFilesAt, systemCode, toIoError } from "@samoyed/core/node";
import { SOURCE_FORMATS } from "@samoyed/convert/formats";
import type { SourceFormat } from "@samoyed/graph";
import { refuseAddress } from "./refuse-address.ts";

/**
 * The format of a model that is there, by its name; some are known by their content, too. `undefined` for every
 * other file, checkpoints among them.
 *
 * @throws UsageError for an address.
 * @throws IoError when there is no such file, or a folder has no model.json.
 * @throws FormatError when a web page or a Git LFS pointer is in the model's place.
 */
export async function artifactFormat(path: string): Promise<SourceFormat | undefined> {
  refuseAddress(path);
  if ((await kindOf(path)) === "folder") return folderFormat(path);
  const name = basename(path);
  const format = SOURCE_FORMATS.find(({ entry, ending }) =>
    entry === undefined ? name.toLowerCase().endsWith(ending) : name === entry,
  );
  if (format === undefined) return sniffed(path);
  await refuseSubstituteAt(path, format);
  return format;
}

/** The formats whose models are folders. */
const IN_FOLDERS: readonly { readonly format: SourceFormat; readonly entry: string }[] = SOURCE_FORMATS.flatMap(
  (format) => (format.entry === undefined ? [] : [{ format, entry: format.entry }]),
);

/** The format of a folder: the first whose entry is there. */
async function folderFormat(path: string): Promise<SourceFormat> {
  const absent = `${path}: a folder without ${IN_FOLDERS.map(({ entry }) => entry).join(" or ")}`;
  let failure: unknown;
  for (const { format, entry } of IN_FOLDERS) {
    const file = join(path, entry);
    try {
      if ((await kindOf(file, absent)) === "file") await refuseSubstituteAt(file, format);
      return format;
    } catch (error) {
      if (!(error instanceof IoError && error.message === absent)) throw error;
      failure = error;
    }
  }
  throw failure;
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

/** The file by which a model at a path is opened: the path, or a file in the folder there. */
export async function artifactEntry(path: string, { entry }: SourceFormat): Promise<string> {
  return entry !== undefined && (await kindOf(path)) === "folder" ? join(path, entry) : path;
}

/** The files of a model at a path, or in the folder there. */
export async function artifactFiles(path: string, format: SourceFormat): Promise<ModelFiles> {
  return modelFilesAt(await artifactEntry(path, format));
}

async function refuseSubstituteAt(path: string, format: SourceFormat): Promise<void> {
  const head = await withSource(path, (source) => source.read(0, Math.min(SUBSTITUTE_HEAD_BYTES, source.byteLength)));
  refuseSubstitute(head, { label: path, expected: format.noun });
}

/** The format that a file's content shows. */
async function sniffed(path: string): Promise<SourceFormat | undefined> {
  return withSource(path, async (source) => {
    for (const format of SOURCE_FORMATS) if (await format.sniff?.(source, {})) return format;
    return undefined;
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
