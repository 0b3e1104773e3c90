import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "@samoyed/core";
import { preprocessFromHub } from "@samoyed/preprocess";
import { preset } from "@samoyed/preprocess/presets";
import { afterAll, beforeAll, expect, test } from "vitest";
import { namedModel } from "../named-model.ts";
import { readPreprocess } from "./read-preprocess.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "samoyed-presets-"));
});

afterAll(() => rm(folder, { recursive: true }));

async function file(text: string): Promise<string> {
  const path = join(folder, "preprocessor_config.json");
  await writeFile(path, text);
  return path;
}

test("without --preprocess, only what the other options give", async () => {
  expect(await readPreprocess({ size: "96" })).toEqual({ inputSize: [3, 96, 96] });
});

test("torchvision's weights, a network of timm's, and what other options change", async () => {
  const torchvision = preset("torchvision:ResNet50_Weights.IMAGENET1K_V2");
  expect(await readPreprocess({ preprocess: "torchvision:ResNet50_Weights.IMAGENET1K_V2" })).toEqual(torchvision);
  const { preprocess } = await namedModel("resnet18.a1_in1k");
  expect(await readPreprocess({ preprocess: "timm:resnet18.a1_in1k" })).toEqual(preprocess);
  const changed = await readPreprocess({ preprocess: "clip", size: "336", "channel-order": "bgr" });
  const resize = { mode: "shortest", size: [336] };
  expect(changed).toEqual({ ...preset("clip"), inputSize: [3, 336, 336], resize, channelOrder: "bgr" });
});

test("a preprocessor_config.json", async () => {
  const settings = { size: { height: 96, width: 96 }, image_mean: [0, 0, 0], image_std: [1, 1, 1] };
  expect(await readPreprocess({ preprocess: await file(JSON.stringify(settings)) })).toEqual(
    preprocessFromHub(settings),
  );
});

test("names and files that say nothing", async () => {
  await expect(readPreprocess({ preprocess: "klip" })).rejects.toThrow(UsageError);
  await expect(readPreprocess({ preprocess: "timm:resnet81" })).rejects.toThrow(UsageError);
  const list = file("[]");
  await expect(readPreprocess({ preprocess: await list })).rejects.toMatchObject({ code: "format" });
  const detr = file('{"image_processor_type": "DetrImageProcessor"}');
  await expect(readPreprocess({ preprocess: await detr })).rejects.toMatchObject({ code: "unsupported" });
});
