import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { systemCode, toIoError } from "./node-error.ts";

/**
 * Creates a folder and its parents where they do not exist.
 *
 * Node's own `recursive` loops forever on a file system that refuses new folders as if a parent were missing, as /proc does.
 *
 * @param made - Called with each folder that was created, outermost first.
 * @throws IoError when that is not possible, or a file is in the way.
 */
export async function makeFolder(path: string, made: (folder: string) => void = () => undefined): Promise<void> {
  try {
    await makeWithParents(resolve(path), made);
  } catch (error) {
    throw toIoError(error, `${path}: the folder cannot be created`);
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
    // Read-only file systems report EROFS even for a folder that exists.
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
