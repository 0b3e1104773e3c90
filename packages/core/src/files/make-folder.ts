import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { systemCode, toIoError } from "./node-error.ts";

/**
 * Makes a folder and those above it, where they are not there yet.
 *
 * Node's own `recursive` never ends where a file system refuses new folders as if a parent were missing, as /proc does.
 *
 * @param made - Told of each folder that was made, outermost first.
 * @throws IoError when that is not possible, or a file stands in the way.
 */
export async function makeFolder(path: string, made: (folder: string) => void = () => undefined): Promise<void> {
  try {
    await makeWithParents(resolve(path), made);
  } catch (error) {
    throw toIoError(error, `${path}: the folder cannot be made`);
  }
}

async function makeWithParents(path: string, made: (folder: string) => void): Promise<void> {
  try {
    await mkdirIfAbsent(path, made);
  } catch (error) {
    if (systemCode(error) !== "ENOENT" || dirname(path) === path) {
      throw error;
    }
    await makeWithParents(dirname(path), made);
    await mkdirIfAbsent(path, made);
  }
}

async function mkdirIfAbsent(path: string, made: (folder: string) => void): Promise<void> {
  try {
    await mkdir(path);
    made(path);
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
