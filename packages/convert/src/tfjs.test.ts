import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ByteSource } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { SHAPES, useWorkplace } from "../test/workplace.ts";
import { convertCheckpoint } from "./convert-checkpoint.ts";
import { convertFile } from "./convert-file.ts";
import { convertModelFile } from "./convert-model-file.ts";
import { UNKNOWN_HASH } from "./unknown-hash.ts";
import { outputFolder } from "./output-folder.ts";

const { folder, openFile } = useWorkplace();

interface ModelJson {
  readonly userDefinedMetadata: { readonly samoyed?: string };
  readonly weightsManifest: readonly { readonly weights: readonly { readonly quantization?: unknown }[] }[];
}

async function modelJson(file: string): Promise<ModelJson> {
  return JSON.parse(await readFile(join(folder(), file), "utf8")) as ModelJson;
}

/** Compared at once: `toEqual` takes seconds for a file, element by element. */
async function sameBytes(a: string, b: string): Promise<boolean> {
  return (await readFile(join(folder(), a))).equals(await readFile(join(folder(), b)));
}

/** A source that counts the bytes that are read of it. */
function counting(source: ByteSource): { readonly source: ByteSource; readonly bytes: () => number } {
  let bytes = 0;
  const counted: ByteSource = {
    byteLength: source.byteLength,
    label: source.label,
    read(offset, length, options) {
      bytes += length;
      return source.read(offset, length, options);
    },
  };
  return { source: counted, bytes: () => bytes };
}

describe("a checkpoint for TensorFlow.js", () => {
  test("model.json and weights, with the contract and the source's hash inside", async () => {
    const report = await convertFile(SHAPES, { outDir: folder(), formats: ["tfjs"] });
    expect(report.files.map(({ format, file }) => `${format} ${file}`)).toEqual([
      `tfjs ${report.model}.tfjs/model.json`,
      expect.stringMatching(/^tfjs \S+\.tfjs\/group1-shard1of1-[0-9a-f]{12}\.bin$/),
    ]);
    const json = await modelJson(report.files[0]!.file);
    expect(JSON.parse(json.userDefinedMetadata.samoyed!)).toEqual(JSON.parse(JSON.stringify(report.contract)));
    expect(report.contract.source!.sha256).not.toBe(UNKNOWN_HASH);
  });

  test("with ONNX beside it: the bytes that each alone has, and no more of the source read than for one", async () => {
    const read = async (formats: readonly string[], to: string): Promise<number> => {
      const { source, bytes } = counting(await openFile(SHAPES));
      await convertCheckpoint(source, {
        formats,
        createSink: outputFolder(join(folder(), to)),
        sourceSha256: "0".repeat(64),
      });
      return bytes();
    };
    const alone = await read(["onnx"], "onnx");
    await read(["tfjs"], "tfjs");
    const both = await read(["onnx", "tfjs"], "both");
    expect(both).toBeLessThan(alone * 1.05);
    const [onnx] = await readdir(join(folder(), "onnx"));
    const [tfjs] = await readdir(join(folder(), "tfjs"));
    const parts = await readdir(join(folder(), "tfjs", tfjs!));
    expect(parts).toHaveLength(2);
    expect(await sameBytes(join("both", onnx!), join("onnx", onnx!))).toBe(true);
    for (const file of parts) expect(await sameBytes(join("both", tfjs!, file), join("tfjs", tfjs!, file))).toBe(true);
  });

  test("weights in eight bits are for TensorFlow.js only, and nothing is left of both", async () => {
    const report = await convertFile(SHAPES, { outDir: join(folder(), "small"), formats: ["tfjs"], weights: "uint8" });
    expect(report.contract.weights).toBe("uint8");
    const json = await modelJson(join("small", report.files[0]!.file));
    expect(json.weightsManifest[0]!.weights.some(({ quantization }) => quantization !== undefined)).toBe(true);
    const both = { outDir: folder(), formats: ["onnx", "tfjs"], weights: "uint8" } as const;
    await expect(convertFile(SHAPES, both)).rejects.toThrow("weights as uint8 are not written for ONNX");
    expect(await readdir(folder())).toEqual(["small"]);
  });
});

describe("an ONNX model for TensorFlow.js", () => {
  test("becomes what the checkpoint becomes, and its contract goes along", async () => {
    const report = await convertFile(SHAPES, { outDir: folder(), formats: ["onnx", "tfjs"] });
    const again = await convertModelFile(join(folder(), report.files[0]!.file), {
      formats: ["tfjs"],
      outDir: join(folder(), "again"),
    });
    expect(again.model).toBe(report.model);
    expect(again.contract).toEqual(report.contract);
    for (const { file } of again.files) {
      expect(await sameBytes(join("again", file), file), file).toBe(true);
    }
  });
});
