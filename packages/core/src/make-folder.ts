import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { systemCode, toIoError } from "./node-error.ts";

/**
 * Makes a folder and those above it, where they are not there yet.
 *
 * Node's own `recursive` never ends where a file system refuses new folders as if a parent were missing, as /proc does.
 *
 * @throws IoError when that is not possible, or a file stands in the way.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeWithParents(resolve(path));
  } catch (error) {
    throw toIoError(error, `${path}: the folder cannot be made`);
  }
}

async function makeWithParents(path: string): Promise<void> {
  try {
    await mkdirIfAbsent(path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT" || dirname(path) === path) {
      throw error;
    }
    await makeWithParents(dirname(path));
    await mkdirIfAbsent(path);
  }
}

async function mkdirIfAbsent(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    // Read-only file systems say EROFS even of a folder that is there.
    const isThere = systemCode(error) !== "ENOENT" && (await isFolder(path));
    if (!isThere) {
      throw error;
    }
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (systemCode(error) === undefined) {
      throw error;
    }
    return false;
  }
}
