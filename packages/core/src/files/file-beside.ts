import { realpath } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { FormatError } from "../errors.ts";
import { type FileSource, fileSource } from "./file-source.ts";
import { toIoError } from "./node-error.ts";

/**
 * Opens a file that a model names beside itself. A symbolic link may lead to another place in the model's folder, or to
 * the blobs of a hub's cache, whose snapshots are links: the model may come from anywhere, and must not read others'
 * files.
 *
 * @param path - The model's own path.
 * @param name - The file's name, which the reader has refused where it leaves the folder.
 * @throws FormatError when a link leads elsewhere; IoError when there is no such file.
 */
export async function fileBeside(path: string, name: string): Promise<FileSource> {
  const folder = dirname(path);
  const file = join(folder, name);
  const [from, to] = await realPaths(folder, file);
  const allowed = [from, ...blobsOf(from)];
  if (allowed.some((root) => isWithin(to, root))) return fileSource(file);
  throw new FormatError(
    `${file}: is a link to ${to}; a model's files are in its own folder, or in a hub cache's blobs`,
    {
      hint: "Copy the file into the model's folder if you trust the model.",
      details: { file: name, target: to },
    },
  );
}

async function realPaths(folder: string, file: string): Promise<readonly [string, string]> {
  try {
    return [await realpath(folder), await realpath(file)];
  } catch (error) {
    throw toIoError(error, `${file}: cannot be opened`);
  }
}

/** The blobs of the hub's cache that a folder is a snapshot of: `NAME/snapshots/REVISION/…` has `NAME/blobs`. */
function blobsOf(folder: string): readonly string[] {
  const parts = folder.split(sep);
  const at = parts.lastIndexOf("snapshots");
  return at > 0 && at < parts.length - 1 ? [[...parts.slice(0, at), "blobs"].join(sep)] : [];
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !way.includes(`:${sep}`);
}
