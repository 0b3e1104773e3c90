import { FormatError, UnsupportedError } from "@samoyed/core";
import { describe, expect, test } from "vitest";

import { createTransform } from "../transform/transform.ts";
import { type HubPreprocessor, preprocessFromHub } from "./hub.ts";

const clip: HubPreprocessor = {
  crop_size: { height: 224, width: 224 },
  do_center_crop: true,
  do_convert_rgb: true,
  do_normalize: true,
  do_rescale: true,
  do_resize: true,
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_processor_type: "CLIPImageProcessor",
  image_std: [0.26862954, 0.26130258, 0.27577711],
  resample: 3,
  rescale_factor: 0.00392156862745098,
  size: { shortest_edge: 224 },
};
const vit: HubPreprocessor = {
  image_processor_type: "ViTImageProcessor",
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.5, 0.5, 0.5],
  size: 224,
};

describe("processors", () => {
  test("CLIP, on Pillow", () => {
    expect(preprocessFromHub(clip)).toEqual({
      inputSize: [3, 224, 224],
      resize: { mode: "shortest", size: [224] },
      interpolation: "bicubic",
      cropPct: 1,
      cropMode: "center",
      mean: clip["image_mean"],
      std: clip["image_std"],
      cropRounding: "floor-ceil",
    });
  });

  test("a number is the shorter side for CLIP, and a square for ViT", () => {
    expect(preprocessFromHub({ ...clip, size: 224, crop_size: 200 })).toMatchObject({
      inputSize: [3, 200, 200],
      resize: { mode: "shortest", size: [224] },
    });
    expect(preprocessFromHub(vit)).toMatchObject({
      inputSize: [3, 224, 224],
      interpolation: "bilinear",
      resize: { mode: "exact", size: [224, 224] },
    });
  });

  test("on torchvision, pixels stay as they are, and mean and deviation grow in float32", () => {
    const fast = preprocessFromHub(vit, { processor: "fast" });
    expect(fast).toMatchObject({ resampler: "torch-antialias", cropRounding: "floor", valueRange: 255 });
    expect(fast.mean).toEqual([127.5, 127.5, 127.5]);
    expect(preprocessFromHub({ ...vit, image_processor_type: "ViTImageProcessorFast" })).toEqual(fast);
    expect(preprocessFromHub({ ...vit, image_processor_type: "ViTImageProcessorFast" }, { processor: "slow" })).toEqual(
      preprocessFromHub(vit),
    );
  });

  test("ConvNeXt crops below 384 pixels and squashes from there on; LeViT resizes to 256/224; MobileViT gives BGR", () => {
    const convNext = { ...vit, image_processor_type: "ConvNextImageProcessor" };
    expect(preprocessFromHub({ ...convNext, size: { shortest_edge: 224 }, crop_pct: 0.875 })).toMatchObject({
      inputSize: [3, 224, 224],
      resize: { mode: "shortest", size: [256] },
    });
    expect(preprocessFromHub({ ...convNext, size: { shortest_edge: 384 } })).toMatchObject({
      resize: { mode: "exact", size: [384, 384] },
    });
    expect(preprocessFromHub({ ...clip, image_processor_type: "LevitImageProcessor" })).toMatchObject({
      inputSize: [3, 224, 224],
      resize: { mode: "shortest", size: [256] },
    });
    expect(
      preprocessFromHub({ ...clip, image_processor_type: "MobileViTImageProcessor", do_flip_channel_order: true }),
    ).toMatchObject({ channelOrder: "bgr", mean: [0, 0, 0], std: [1, 1, 1] });
  });

  test("SAM pads with zeros after normalization", () => {
    const sam = { ...vit, image_processor_type: "SamImageProcessor", size: { longest_edge: 1024 }, do_pad: true };
    expect(preprocessFromHub({ ...sam, pad_size: { height: 1024, width: 1024 } })).toMatchObject({
      inputSize: [3, 1024, 1024],
      resize: { mode: "longest", size: [1024] },
      pad: { position: "top-left", value: 0 },
    });
    expect(() => preprocessFromHub({ ...sam, size: { height: 9, width: 9 }, pad_size: 9 })).toThrow(UnsupportedError);
  });

  test("steps that are left out", () => {
    expect(preprocessFromHub({ ...clip, do_resize: false })).toMatchObject({ resize: { mode: "none" } });
    expect(preprocessFromHub({ ...vit, do_normalize: false })).toMatchObject({ mean: [0, 0, 0], std: [1, 1, 1] });
    expect(preprocessFromHub({ ...vit, do_rescale: false })).toMatchObject({ mean: [0.5, 0.5, 0.5], valueRange: 255 });
  });

  test("every result is a transform", () => {
    const image = { width: 30, height: 20, data: new Uint8Array(1800) };
    for (const processor of ["slow", "fast"] as const) {
      expect(createTransform(preprocessFromHub(clip, { processor }))(image).tensor.shape).toEqual([3, 224, 224]);
    }
  });
});

test.each<[string, HubPreprocessor, typeof FormatError | typeof UnsupportedError, RegExp]>([
  ["no size", { ...vit, size: undefined }, FormatError, /size is missing; expected height and width, or one edge/],
  ["a size of 0", { ...vit, size: 0 }, FormatError, /size is 0/],
  ["two edges", { ...vit, size: { shortest_edge: 5, longest_edge: 9 } }, FormatError, /size is \{/],
  ["an unknown filter", { ...vit, resample: 9 }, FormatError, /resample is 9; expected 0 to 5/],
  ["two means", { ...vit, image_mean: [1, 2] }, FormatError, /image_mean is \[1,2\]; expected 3 numbers/],
  ["another factor", { ...vit, rescale_factor: 0.0078 }, UnsupportedError, /rescale_factor is 0.0078/],
  ["an offset", { ...vit, rescale_offset: true }, UnsupportedError, /rescale_offset/],
  ["no crop", { ...clip, do_center_crop: false }, UnsupportedError, /sizes vary/],
  ["neither", { ...vit, do_resize: false }, UnsupportedError, /neither resizes nor crops/],
  ["another kind", { ...vit, image_processor_type: "DetrImageProcessor" }, UnsupportedError, /DetrImageProcessor/],
])("%s is refused", (_, json, type, message) => {
  expect(() => preprocessFromHub(json)).toThrow(type);
  expect(() => preprocessFromHub(json)).toThrow(message);
});

test("torchvision has no box filter for tensors", () => {
  expect(() => preprocessFromHub({ ...vit, resample: 4 }, { processor: "fast" })).toThrow(UnsupportedError);
});
