// How the files beside a checkpoint from the hub decide the preprocessing.
import { readFile } from "node:fs/promises";
import { type ByteSource, FormatError, memorySink, memorySource, UnsupportedError, UsageError } from "@samoyed/core";
import { preprocessFromHub } from "@samoyed/preprocess";
import { describe, expect, test } from "vitest";
import { errorOf } from "../test/error-of.ts";
import { SHAPES } from "../test/workplace.ts";
import { convertCheckpoint } from "./convert-checkpoint.ts";
import { type HubConfig, readHubConfig, type ReadBeside } from "./hub-config.ts";
import type { ConvertOptions } from "./options.ts";
import type { ConvertReport } from "./report.ts";

const CLIP = {
  image_processor_type: "CLIPImageProcessor",
  size: { shortest_edge: 110 },
  do_center_crop: true,
  crop_size: 96,
  resample: 3,
  image_mean: [0.48, 0.46, 0.41],
  image_std: [0.27, 0.26, 0.28],
};

/** The files of a folder whose processor has some settings. */
function beside(processor: unknown): ReadBeside {
  const files: Readonly<Record<string, unknown>> = {
    "config.json": { model_type: "resnet" },
    "preprocessor_config.json": processor,
  };
  return async (file): Promise<ByteSource> => {
    if (files[file] === undefined) throw new Error("there is none");
    return memorySource(new TextEncoder().encode(JSON.stringify(files[file])));
  };
}

const read = (processor: unknown): Promise<HubConfig> => readHubConfig("model.safetensors", beside(processor));

async function convert(processor: unknown, preprocess?: ConvertOptions["preprocess"]): Promise<ConvertReport> {
  return convertCheckpoint(memorySource(new Uint8Array(await readFile(SHAPES))), {
    sourceName: "pytorch_model.bin",
    resolve: beside(processor),
    createSink: async () => memorySink(),
    ...(preprocess && { preprocess }),
  });
}

describe("preprocessor_config.json", () => {
  test("is read as transformers does, and said in the words of a report", async () => {
    const { preprocess, fields, refusal } = await read(CLIP);
    expect(preprocess).toEqual(preprocessFromHub(CLIP));
    expect(refusal).toBeUndefined();
    expect(fields.get("preprocessor_config.json")).toMatch(
      /^96×96, bicubic, shorter side to 110, crop to 96×96, mean 0\.48,0\.46,0\.41, std /u,
    );
  });

  test("that cannot be followed is described, and why", async () => {
    const { preprocess, fields, refusal } = await read({ ...CLIP, image_processor_type: "DetrImageProcessor" });
    expect(preprocess).toBeUndefined();
    expect(refusal).toBeInstanceOf(UnsupportedError);
    expect(fields.get("preprocessor_config.json")).toMatch(/^not followed \(DetrImageProcessor prepares/u);
    expect((await read({ ...CLIP, resample: 9 })).refusal).toBeInstanceOf(FormatError);
  });
});

describe("a conversion", () => {
  test("has the processor's own resize and crop in its contract", async () => {
    const report = await convert(CLIP);
    expect(report.contract.preprocess).toEqual(preprocessFromHub(CLIP));
    expect(report.preprocessFrom).toBe("checkpoint");
    const said = report.assumptions.filter(({ setting }) => setting === "preprocessing");
    expect(said.map(({ origin, value }) => [origin, value])).toEqual([
      ["file", expect.stringContaining("shorter side to 110, crop to 96×96, mean ")],
    ]);
  });

  test("at another size resizes in the same proportion; a share of the crop replaces the resize", async () => {
    const larger = await convert(CLIP, { inputSize: [3, 192, 192] });
    expect(larger.contract.preprocess).toMatchObject({
      inputSize: [3, 192, 192],
      resize: { mode: "shortest", size: [220] },
    });
    const cropped = await convert(CLIP, { cropPct: 0.5 });
    expect(cropped.contract.preprocess).not.toHaveProperty("resize");
    expect(cropped.assumptions.map(({ value }) => value).join("; ")).toContain("crop 0.5; 96×96, bicubic, center crop");
  });

  test("whose processor cannot be followed needs the caller's settings", async () => {
    const detr = { ...CLIP, image_processor_type: "DetrImageProcessor" };
    const error = await errorOf(convert(detr));
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(error.hint).toContain("--size, --interpolation, --mean, --std");
    const given = { inputSize: [3, 96, 96], interpolation: "bilinear", mean: [0, 0, 0], std: [1, 1, 1] } as const;
    const { mean: _, ...incomplete } = given;
    expect((await errorOf(convert(detr, incomplete))).message).toBe(error.message);
    expect((await convert(detr, given)).contract.preprocess).toMatchObject(given);
  });

  test("refuses settings that do not go together", async () => {
    const given = { interpolation: "lanczos", resampler: "torch" } as const;
    expect(await errorOf(convert(CLIP, given))).toBeInstanceOf(UsageError);
  });
});
