import { execFileSync } from "node:child_process";
import { mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FormatError, IoError } from "../errors.ts";
import { fileSink } from "./file-sink.ts";
import { fileSource } from "./file-source.ts";
import { readRegularFile, requireRegularFile } from "./regular-file.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "samoyed-regular-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function errorOf(promise: Promise<unknown>): Promise<IoError> {
  const error: unknown = await promise.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(IoError);
  return error as IoError;
}

const READERS = { fileSource, readRegularFile, requireRegularFile };
const SAVE = "Save its output to a regular file first, and name that file.";

// Windows has no named pipes among its files.
describe.runIf(process.platform !== "win32")("anything but a regular file is refused at once", () => {
  test.each(Object.entries(READERS))("by %s: a named pipe without a writer", async (_, read) => {
    const path = join(folder, `pipe-${_}`);
    execFileSync("mkfifo", [path]);
    const link = join(folder, `link-${_}`);
    await symlink(path, link);
    for (const name of [path, link]) {
      const { message, hint } = await errorOf(read(name));
      expect([message, hint]).toEqual([`${name}: is a named pipe; expected a file`, SAVE]);
    }
  });

  test.each(Object.entries(READERS))("by %s: a socket, a device, a folder", async (_, read) => {
    const path = join(folder, `socket-${_}`);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    try {
      expect(await errorOf(read(path))).toMatchObject({ message: `${path}: is a socket; expected a file`, hint: SAVE });
    } finally {
      server.close();
    }
    expect((await errorOf(read("/dev/zero"))).message).toBe("/dev/zero: is a device; expected a file");
    expect((await errorOf(read(folder))).message).toBe(`${folder}: is a folder; expected a file`);
  });

  test("as an output", async () => {
    const path = join(folder, "pipe-out");
    execFileSync("mkfifo", [path]);
    expect((await errorOf(fileSink(path))).message).toBe(`${path}: cannot be written: it is a device or a pipe`);
  });
});

test("a file and a link to one are read completely", async () => {
  const path = join(folder, "file");
  await writeFile(path, "text");
  await symlink(path, join(folder, "link"));
  for (const name of [path, join(folder, "link")]) {
    expect(new TextDecoder().decode(await readRegularFile(name))).toBe("text");
    const source = await fileSource(name);
    expect(source.byteLength).toBe(4);
    await source.close();
  }
  expect((await errorOf(readRegularFile(join(folder, "none")))).message).toContain("cannot be read (ENOENT)");
});

test("a file above the limit is refused, and nothing of it is read", async () => {
  const path = join(folder, "large");
  await writeFile(path, "12345");
  expect(await readRegularFile(path, { maxBytes: 5 })).toHaveLength(5);
  await expect(readRegularFile(path, { maxBytes: 4 })).rejects.toThrow(`${path} has 5 bytes; expected at most 4 here`);
  await expect(readRegularFile(path, { maxBytes: 4 })).rejects.toThrow(FormatError);
  // Larger than any memory, and no byte of it on the disk.
  await truncate(path, 2 ** 40);
  await expect(readRegularFile(path)).rejects.toThrow(`expected at most ${2 ** 30} here`);
});
