import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, open, readdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AbortedError, FormatError, IoError, UsageError } from "../errors.ts";
import { fileSink } from "./file-sink.ts";
import { fileSource } from "./file-source.ts";
import { hashSource } from "../io/hash-source.ts";
import { makeFolder } from "./make-folder.ts";
import { toIoError } from "./node-error.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "samoyed-core-"));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

const bytes = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 7) % 256);
const textOf = (text: string): Uint8Array => new TextEncoder().encode(text);

async function errorOf(promise: Promise<unknown>): Promise<IoError> {
  const error: unknown = await promise.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(IoError);
  return error as IoError;
}

describe("a file as a source", () => {
  test("reads any part, and is hashed", async () => {
    const path = join(folder, "a.bin");
    await writeFile(path, bytes);
    const source = await fileSource(path);
    expect(source.byteLength).toBe(bytes.byteLength);
    expect(Buffer.from(await source.read(1_000_001, 1000)).equals(bytes.subarray(1_000_001, 1_001_001))).toBe(true);
    await expect(source.read(bytes.byteLength, 1)).rejects.toThrow(FormatError);
    const progress: number[] = [];
    const hash = await hashSource(source, { onProgress: (done) => progress.push(done) });
    expect(hash).toBe(createHash("sha256").update(bytes).digest("hex"));
    expect(progress).toEqual([1 << 20, 2 << 20, 3_000_000]);
    await expect(hashSource(source, { signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
    await source.close();
    await errorOf(source.read(0, 1));
  });

  test("that becomes shorter while it is read", async () => {
    const path = join(folder, "a.bin");
    await writeFile(path, bytes);
    const source = await fileSource(path);
    await truncate(path, 100);
    expect((await errorOf(source.read(50, 100))).message).toBe(
      `${path}: ends at 100; it had 3000000 bytes when it was opened`,
    );
    await source.close();
  });

  test("that does not exist, is a folder, or is not a regular file", async () => {
    const missing = await errorOf(fileSource(join(folder, "missing.pth")));
    expect(missing.message).toBe(`${join(folder, "missing.pth")}: cannot be opened (ENOENT)`);
    expect(missing.hint).toContain("check the path");
    expect((await errorOf(fileSource(folder))).message).toContain("is a folder");
    expect((await errorOf(fileSource("/dev/null"))).message).toBe("/dev/null: is a device; expected a file");
    await writeFile(join(folder, "a"), "");
    expect((await errorOf(fileSource(join(folder, "a", "b")))).message).toContain("(ENOTDIR)");
  });
});

describe("a file sink", () => {
  test("makes the whole file visible after commit, and only then", async () => {
    const path = join(folder, "out.bin");
    const sink = await fileSink(path);
    await sink.write(bytes);
    await sink.patch(1, textOf("patched"));
    await sink.write(textOf("end"));
    expect(existsSync(path)).toBe(false);
    expect(sink.position).toBe(3_000_003);
    await expect(sink.patch(3_000_000, textOf("beyond"))).rejects.toThrow(UsageError);
    await sink.commit();
    const expected = Buffer.concat([bytes, textOf("end")]);
    expected.set(textOf("patched"), 1);
    expect((await readFile(path)).equals(expected)).toBe(true);
    expect(await readdir(folder)).toEqual(["out.bin"]);
    await sink.abort();
    expect(existsSync(path)).toBe(true);
    await expect(sink.write(bytes)).rejects.toThrow("the sink was committed");
  });

  test("replaces a file atomically, and leaves it alone when aborted", async () => {
    const path = join(folder, "out.bin");
    await writeFile(path, "old");
    const aborted = await fileSink(path);
    await aborted.write(textOf("half"));
    expect((await readdir(folder)).length).toBe(2);
    await aborted.abort();
    await aborted.abort();
    expect(await readdir(folder)).toEqual(["out.bin"]);
    expect(await readFile(path, "utf8")).toBe("old");
    const sink = await fileSink(path);
    await sink.write(textOf("new"));
    await sink.commit();
    expect(await readFile(path, "utf8")).toBe("new");
  });

  test("two at once on the same path do not collide", async () => {
    const path = join(folder, "out.bin");
    const [a, b] = [await fileSink(path), await fileSink(path)];
    await a.write(textOf("aaaa"));
    await b.write(textOf("bb"));
    await a.commit();
    await b.commit();
    expect(await readFile(path, "utf8")).toBe("bb");
  });

  test("refuses a folder, a missing folder, a device and a name that is too long, before any work", async () => {
    const missing = await errorOf(fileSink(join(folder, "no", "out.bin")));
    expect(missing.message).toContain("cannot be written (ENOENT)");
    await mkdir(join(folder, "sub"));
    expect((await errorOf(fileSink(join(folder, "sub")))).message).toContain("(EISDIR)");
    expect((await errorOf(fileSink("/dev/full"))).message).toContain("it is a device or a pipe");
    expect((await errorOf(fileSink(join(folder, "x".repeat(300))))).message).toContain("(ENAMETOOLONG)");
    await writeFile(join(folder, "file"), "");
    expect((await errorOf(fileSink(join(folder, "file", "out")))).message).toContain("(ENOTDIR)");
    expect((await readdir(folder)).sort()).toEqual(["file", "sub"]);
  });

  test("a target that became a folder while the bytes were written", async () => {
    const path = join(folder, "out.bin");
    const sink = await fileSink(path);
    await sink.write(textOf("x"));
    await mkdir(path);
    expect((await errorOf(sink.commit())).message).toContain("(EISDIR)");
    expect(await readdir(folder)).toEqual(["out.bin"]);
  });

  test("a folder that is not writable", async () => {
    if (process.getuid?.() === 0) {
      // Root may write where permissions forbid it, but not where the kernel itself refuses.
      const error = await errorOf(fileSink("/proc/samoyed.onnx"));
      expect(error.hint).toBeDefined();
      return;
    }
    await chmod(folder, 0o500);
    expect((await errorOf(fileSink(join(folder, "out.bin")))).message).toContain("(EACCES)");
    await chmod(folder, 0o700);
  });

  test("a disk that fills up", async () => {
    // /dev/full refuses every write with the error of a full disk, so a handle on it acts as a full disk.
    const handle = await open("/dev/full", "w");
    const full: unknown = await handle.write(bytes).catch((caught: unknown) => caught);
    await handle.close();
    const path = join(folder, "out.bin");
    const sink = await fileSink(path);
    const probe = await open(path.replace("out", "probe"), "w");
    const prototype = Object.getPrototypeOf(probe) as { write: (...parameters: unknown[]) => Promise<unknown> };
    await probe.close();
    const original = prototype.write;
    let calls = 0;
    // A disk that fills up takes part of the bytes first; the rest must be tried again, and that fails.
    vi.spyOn(prototype, "write").mockImplementation(function (this: unknown, ...parameters: unknown[]) {
      calls++;
      return calls === 1
        ? original.call(this, parameters[0], parameters[1], 100, parameters[3])
        : Promise.reject(full as Error);
    });
    const error = await errorOf(sink.write(bytes));
    expect(error.message).toBe(`${path}: cannot be written (ENOSPC)`);
    expect(error.hint).toContain("disk is full");
    expect(calls).toBe(2);
    await sink.abort();
    expect(await readdir(folder)).toEqual(["probe.bin"]);
  });

  test("a failed sync leaves no file behind", async () => {
    const path = join(folder, "out.bin");
    const sink = await fileSink(path);
    const probe = await open(join(folder, "probe"), "w");
    const prototype = Object.getPrototypeOf(probe) as { sync: () => Promise<void> };
    await probe.close();
    vi.spyOn(prototype, "sync").mockRejectedValue(Object.assign(new Error("i/o error"), { code: "EIO" }));
    expect((await errorOf(sink.commit())).message).toContain("(EIO)");
    expect(await readdir(folder)).toEqual(["probe"]);
  });

  test("bytes are synced while others are written, and an error of that sync is not lost", async () => {
    const path = join(folder, "out.bin");
    const probe = await open(join(folder, "probe"), "w");
    const prototype = Object.getPrototypeOf(probe) as { datasync: () => Promise<void> };
    await probe.close();
    const spy = vi.spyOn(prototype, "datasync");
    const piece = new Uint8Array(8 << 20);
    const write = async (): Promise<Awaited<ReturnType<typeof fileSink>>> => {
      const sink = await fileSink(path);
      for (let i = 0; i < 5; i++) {
        await sink.write(piece);
      }
      return sink;
    };
    const sink = await write();
    // Once for every time that the disk has finished the sync before.
    expect(spy).toHaveBeenCalled();
    await sink.commit();
    await (await write()).abort();
    spy.mockRejectedValue(Object.assign(new Error("i/o error"), { code: "EIO" }));
    expect((await errorOf((await write()).commit())).message).toContain("(EIO)");
    expect((await readdir(folder)).sort()).toEqual(["out.bin", "probe"]);
  });

  test("a symbolic link is replaced, not followed", async () => {
    const path = join(folder, "out.bin");
    await writeFile(join(folder, "target"), "old");
    await symlink(join(folder, "target"), path);
    const sink = await fileSink(path);
    await sink.write(textOf("new"));
    await sink.commit();
    expect(await readFile(join(folder, "target"), "utf8")).toBe("old");
    expect(await readFile(path, "utf8")).toBe("new");
  });
});

describe("a process that ends before commit", () => {
  const script = (end: string): string => `
    const { fileSink } = await import(${JSON.stringify(new URL("../../dist/node.js", import.meta.url).href)});
    const sink = await fileSink(process.argv[1]);
    await sink.write(new Uint8Array(1000));
    ${end}`;
  const run = promisify(execFile);
  const node = (end: string): [string, string[]] => [
    process.execPath,
    ["--input-type=module", "-e", script(end), join(folder, "out.bin")],
  ];

  test("by exit or by an uncaught error leaves no file behind", async () => {
    await run(...node("process.exit(0)"));
    expect(await readdir(folder)).toEqual([]);
    await expect(run(...node("throw new Error('oh')"))).rejects.toThrow("oh");
    expect(await readdir(folder)).toEqual([]);
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "by %s leaves no file behind, and the parent sees the signal",
    async (signal) => {
      const child = spawn(...node("console.log('written'); setInterval(() => {}, 1000);"));
      await new Promise((resolve) => child.stdout.once("data", resolve));
      expect((await readdir(folder)).length).toBe(1);
      child.kill(signal);
      const ended = await new Promise((resolve) => child.once("exit", (code, by) => resolve([code, by])));
      expect(ended).toEqual([null, signal]);
      expect(await readdir(folder)).toEqual([]);
    },
  );

  test("a program that handles the signal itself decides how it ends", async () => {
    const child = spawn(
      ...node(
        "process.on('SIGINT', async () => { await sink.abort(); process.exit(130); }); console.log('x'); setInterval(() => {}, 1000);",
      ),
    );
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.kill("SIGINT");
    expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(130);
    expect(await readdir(folder)).toEqual([]);
  });

  test("no listener is left behind", async () => {
    const count = (): number => process.listenerCount("SIGINT") + process.listenerCount("exit");
    const before = count();
    const sink = await fileSink(join(folder, "a"));
    expect(count()).toBe(before + 2);
    await sink.abort();
    expect(count()).toBe(before);
  });
});

describe("a folder", () => {
  test("is created with its parents, or exists already", async () => {
    await makeFolder(join(folder, "a", "b", "c"));
    await makeFolder(join(folder, "a", "b"));
    expect(await readdir(join(folder, "a", "b"))).toEqual(["c"]);
  });

  test("is refused where a file is in the way, and where the system refuses", async () => {
    await writeFile(join(folder, "file"), "");
    expect((await errorOf(makeFolder(join(folder, "file")))).message).toContain("cannot be created (EEXIST)");
    expect((await errorOf(makeFolder(join(folder, "file", "sub")))).message).toContain("(ENOTDIR)");
    expect((await errorOf(makeFolder("/proc/samoyed/sub"))).message).toMatch(/\((ENOENT|EACCES|EPERM)\)/u);
  });
});

test("a system error becomes an IoError with a hint; a SamoyedError passes unchanged", () => {
  const ours = new UsageError("mine");
  expect(toIoError(ours, "x")).toBe(ours);
  const error = toIoError(Object.assign(new Error("rofs"), { code: "EROFS" }), "a: cannot be written");
  expect(error).toMatchObject({ message: "a: cannot be written (EROFS)", details: { systemCode: "EROFS" } });
  expect(error.hint).toContain("read-only");
  expect(toIoError("odd", "a: failed").message).toBe("a: failed (odd)");
});
