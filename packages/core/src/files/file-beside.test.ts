import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FormatError, IoError } from "../errors.ts";
import { modelFilesAt } from "./model-files-at.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "samoyed-core-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Opens `weights` beside `model.onnx` in a folder and returns its size. */
async function sizeOf(model: string): Promise<number> {
  const source = await modelFilesAt(join(model, "model.onnx")).open("weights", undefined);
  await source.close?.();
  return source.byteLength;
}

test("a file, and a link within the model's folder, are opened", async () => {
  const model = join(folder, "model");
  await mkdir(join(model, "parts"), { recursive: true });
  await writeFile(join(model, "parts", "data"), "12345");
  await symlink(join("parts", "data"), join(model, "weights"));
  expect(await sizeOf(model)).toBe(5);
  // A link to the whole folder is the folder.
  await symlink(model, join(folder, "linked"));
  expect(await sizeOf(join(folder, "linked"))).toBe(5);
});

test("a link to a hub cache's blobs is opened", async () => {
  const cache = join(folder, "models--a--b");
  const snapshot = join(cache, "snapshots", "0123");
  await mkdir(snapshot, { recursive: true });
  await mkdir(join(cache, "blobs"));
  await writeFile(join(cache, "blobs", "abc"), "123");
  await symlink(join("..", "..", "blobs", "abc"), join(snapshot, "weights"));
  expect(await sizeOf(snapshot)).toBe(3);
});

test("a link to anywhere else is refused, also to blobs that are another model's, and none is an IoError", async () => {
  await writeFile(join(folder, "secret"), "1");
  for (const model of ["model", join("models--a", "snapshots", "0123")]) {
    const at = join(folder, model);
    await mkdir(at, { recursive: true });
    await symlink(join(folder, "secret"), join(at, "weights"));
    await expect(sizeOf(at)).rejects.toThrow(FormatError);
    await expect(sizeOf(at)).rejects.toThrow(/weights: is a link to \S+secret; a model's files are in its own folder/u);
  }
  const blobs = join(folder, "models--b", "blobs");
  await mkdir(blobs, { recursive: true });
  await writeFile(join(blobs, "abc"), "123");
  const other = join(folder, "models--c", "snapshots", "1");
  await mkdir(other, { recursive: true });
  await symlink(join(blobs, "abc"), join(other, "weights"));
  await expect(sizeOf(other)).rejects.toThrow(FormatError);
  await expect(sizeOf(folder)).rejects.toThrow(IoError);
});
