import { closeSync, copyFileSync, openSync, renameSync, statSync, utimesSync, writeSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openCheckpoint, writeSafetensors } from "@samoyed/checkpoint";
import {
  AbortedError,
  FormatError,
  IoError,
  lazyFromChunks,
  memorySink,
  memorySource,
  MismatchError,
  type Sink,
  UnsupportedError,
  UsageError,
} from "@samoyed/core";
import { fileSink } from "@samoyed/core/node";
import { afterEach, describe, expect, test } from "vitest";
import { errorOf } from "../test/error-of.ts";
import { golden, SHAPES, useWorkplace } from "../test/workplace.ts";
import { convertCheckpoint } from "./convert-checkpoint.ts";
import { convertFile } from "./convert-file.ts";
import type { FormatOptions } from "./format-options.ts";
import type { ConvertOptions } from "./options.ts";

const { folder, openFile } = useWorkplace();

describe("what cannot be converted leaves nothing", () => {
  afterEach(async () => {
    const left = await readdir(folder(), { recursive: true });
    expect(left.filter((name) => name.includes(".onnx") || name.endsWith(".tmp"))).toEqual([]);
  });

  test("a model that it is not", async () => {
    const error = await errorOf(convertFile(SHAPES, { outDir: folder(), model: "resnet18" }));
    expect(error).toBeInstanceOf(MismatchError);
    expect(error.message).toMatch(/tensors differ.*conv1\.weight/u);
  });

  test.each<[string, (path: string) => void]>([
    [
      "is written to",
      (path) => {
        const file = openSync(path, "r+");
        writeSync(file, "x", statSync(path).size - 1);
        closeSync(file);
      },
    ],
    ["gets another time", (path) => utimesSync(path, 1, 1)],
    [
      "is another file now",
      (path) => {
        copyFileSync(SHAPES, `${path}.new`);
        const { atime, mtime } = statSync(path);
        utimesSync(`${path}.new`, atime, mtime);
        renameSync(`${path}.new`, path);
      },
    ],
  ])("a checkpoint that %s while it is converted", async (_, change) => {
    const path = join(folder(), "changing.pth");
    copyFileSync(golden("trained/shapes-legacy.pth"), path);
    let changed = false;
    const onProgress = (): void => {
      if (!changed) change(path);
      changed = true;
    };
    const error = await errorOf(convertFile(path, { outDir: join(folder(), "out"), onProgress }));
    expect(error).toBeInstanceOf(IoError);
    expect(error.message).toBe(`${path}: changed while it was read`);
  });

  test("labels for another number of classes, or for features", async () => {
    const error = await errorOf(convertFile(SHAPES, { outDir: folder(), labels: ["cat", "dog"] }));
    expect(error).toBeInstanceOf(MismatchError);
    expect(error.message).toContain("2 labels were given");
    expect(error.message).toContain("has 10 classes");
    const labels = Array.from({ length: 10 }, (_, i) => `${i}`);
    expect(await errorOf(convertFile(SHAPES, { outDir: folder(), labels, features: true }))).toBeInstanceOf(UsageError);
  });

  test("a file that is not there, is cut short, or is something else", async () => {
    expect(await errorOf(convertFile(join(folder(), "no.pth"), { outDir: folder() }))).toBeInstanceOf(IoError);
    const bytes = await readFile(SHAPES);
    await writeFile(join(folder(), "cut.pth"), bytes.subarray(0, 300_000));
    expect(await errorOf(convertFile(join(folder(), "cut.pth"), { outDir: folder() }))).toBeInstanceOf(FormatError);
    await writeFile(join(folder(), "page.pth"), "<!DOCTYPE html><html></html>");
    expect(await errorOf(convertFile(join(folder(), "page.pth"), { outDir: folder() }))).toBeInstanceOf(FormatError);
  });

  test("tensors of no known network", async () => {
    const sink = memorySink();
    const lazy = lazyFromChunks({ name: "w", dtype: "float32", shape: [1] }, async function* () {
      yield new Uint8Array(4);
    });
    await writeSafetensors([lazy], sink);
    await sink.commit();
    const options = { createSink: async () => memorySink() };
    expect(await errorOf(convertCheckpoint(memorySource(sink.bytes()), options))).toBeInstanceOf(UnsupportedError);
  });

  test("an output folder that is a file, or cannot be written", async () => {
    await writeFile(join(folder(), "out"), "");
    expect((await errorOf(convertFile(SHAPES, { outDir: join(folder(), "out") }))).message).toContain(
      "cannot be created (EEXIST)",
    );
    if (process.getuid?.() === 0) {
      expect(await errorOf(convertFile(SHAPES, { outDir: "/proc/samoyed" }))).toBeInstanceOf(IoError);
    } else {
      await mkdir(join(folder(), "locked"));
      await chmod(join(folder(), "locked"), 0o500);
      const error = await errorOf(convertFile(SHAPES, { outDir: join(folder(), "locked") }));
      expect(error.message).toContain("EACCES");
    }
  });

  /** Sinks into the folder, each of which does something first when the given write comes. */
  function disturbed(at: number, act: () => void): ConvertOptions["createSink"] {
    return async (file) => {
      const sink = await fileSink(join(folder(), file));
      let writes = 0;
      return {
        ...sink,
        get position(): number {
          return sink.position;
        },
        async write(bytes: Uint8Array): Promise<void> {
          if (++writes === at) {
            act();
          }
          await sink.write(bytes);
        },
      } satisfies Sink;
    };
  }

  test("a disk that fills up while the weights are written", async () => {
    const createSink = disturbed(1, () => {
      throw new IoError("no space", { details: { systemCode: "ENOSPC" } });
    });
    const error = await errorOf(convertCheckpoint(await openFile(SHAPES), { createSink }));
    expect(error.details["systemCode"]).toBe("ENOSPC");
  });

  test("an abort before, and while the weights are written", async () => {
    const before = AbortSignal.abort("no");
    expect(await errorOf(convertFile(SHAPES, { outDir: folder(), signal: before }))).toBeInstanceOf(AbortedError);
    const controller = new AbortController();
    const createSink = disturbed(1, () => controller.abort());
    const options = { createSink, signal: controller.signal };
    expect(await errorOf(convertCheckpoint(await openFile(SHAPES), options))).toBeInstanceOf(AbortedError);
  });

  test("a hash that fails, that is none, or that nobody can compute", async () => {
    const createSink = disturbed(0, () => undefined);
    const source = await openFile(SHAPES);
    const failing = Promise.reject(new IoError("the disk failed"));
    expect((await errorOf(convertCheckpoint(source, { createSink, sourceSha256: failing }))).message).toBe(
      "the disk failed",
    );
    const wrong = await errorOf(convertCheckpoint(source, { createSink, sourceSha256: "ABC" }));
    expect(wrong.message).toContain("expected 64 hexadecimal digits");
    const checkpoint = await openCheckpoint(source);
    expect((await errorOf(convertCheckpoint(checkpoint, { createSink }))).message).toContain("`sourceName`");
    const unhashed = { createSink, sourceName: "x" };
    expect((await errorOf(convertCheckpoint(checkpoint, unhashed))).message).toContain("`sourceSha256`");
  });

  test("formats that do not exist", async () => {
    const error = await errorOf(convertFile(SHAPES, { outDir: folder(), formats: ["gguf"] }));
    expect(error).toMatchObject({ message: 'format "gguf" is not known', hint: "Choose from onnx, tfjs, smyd." });
    expect(await errorOf(convertFile(SHAPES, { outDir: folder(), formats: [] }))).toBeInstanceOf(UsageError);
  });

  test.each<[FormatOptions, RegExp]>([
    [{ tfjs: { layout: "nwch" } }, /^formatOptions\.tfjs\.layout got "nwch"; expected one of nchw, nhwc$/],
    [{ tfjs: { groupBudget: -1 } }, /^formatOptions\.tfjs\.groupBudget got -1; expected 0 or more/],
    [{ tfjs: { color: "red" } }, /^formatOptions\.tfjs\.color is not known; .* options: layout, groupBudget$/],
    [{ onnx: { layout: "nhwc" } }, /^formatOptions\.onnx is of a format that is not written$/],
    [{ smyd: { selfTest: true } }, /^formatOptions\.smyd\.selfTest needs an engine/],
  ])("options %j", async (formatOptions, message) => {
    const error = await errorOf(convertFile(SHAPES, { outDir: folder(), formats: ["tfjs", "smyd"], formatOptions }));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toMatch(message);
  });
});
