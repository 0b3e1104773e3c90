import { type PreprocessConfig, UnsupportedError, UsageError } from "@samoyed/core";

import { FILTERS } from "../resize/filters.ts";
import { requireBackground, requireColor } from "../require-color.ts";
import { isOpenCvFilter, notOpenCv } from "../resize/opencv-filter.ts";
import { isTorchFilter } from "../resize/torch-filter.ts";
import { MAX_INPUT_SIDE } from "./max-input-side.ts";
import { DEFAULT_CROP_PCT, IMAGENET_MEAN, IMAGENET_STD } from "./config.ts";
import { checkForm } from "./check-form.ts";
import { checkRule } from "./check-rule.ts";
import { requireOneOf } from "./require-one-of.ts";

const POSITIONS = ["center", "top-left", "top-right", "bottom-left", "bottom-right"];

/**
 * Checks a transform's settings.
 *
 * @throws UsageError when a setting has an unknown name, or a value that does not fit.
 * @throws UnsupportedError for inputs of other than 1 or 3 channels.
 */
export function checkConfig(config: Partial<PreprocessConfig>): void {
  const { interpolation = "bilinear", cropMode = "center", cropBorderPixels = 0, resize, pad = {} } = config;
  const { cropRounding = "half-even", resampler = "pillow" } = config;
  const { mean = IMAGENET_MEAN, std = IMAGENET_STD, dtype, layout, channelOrder, valueRange } = config;
  const [channels, height, width] = config.inputSize ?? [3, 224, 224];
  // Zero is "not given" to timm as well.
  const cropPct = config.cropPct || DEFAULT_CROP_PCT;
  if (channels !== 3 && channels !== 1) {
    throw new UnsupportedError(`input has ${channels} channels; expected 3, or 1 for gray`, {
      hint: "Networks for multispectral images need tensors from other code.",
    });
  }
  for (const side of [height, width]) {
    if (!Number.isSafeInteger(side) || side < 1 || side > MAX_INPUT_SIDE) {
      throw new UsageError(`input size is ${height}×${width}; expected sides of 1 to ${MAX_INPUT_SIDE}`);
    }
  }
  if (interpolation !== "nearest" && !Object.hasOwn(FILTERS, interpolation)) {
    throw new UsageError(
      `interpolation is ${JSON.stringify(interpolation)}; expected nearest, ${Object.keys(FILTERS).join(", ")}`,
    );
  }
  if (cropMode !== "center" && cropMode !== "squash" && cropMode !== "border") {
    throw new UsageError(`crop mode is ${JSON.stringify(cropMode)}; expected center, squash or border`);
  }
  if (!(cropPct > 0) || !Number.isFinite(cropPct)) throw new UsageError(`crop_pct is ${cropPct}; expected above 0`);
  if (!Number.isSafeInteger(cropBorderPixels) || cropBorderPixels < 0) {
    throw new UsageError(`crop_border_pixels is ${cropBorderPixels}; expected an integer of 0 or more`);
  }
  requireOneOf("crop rounding", cropRounding, ["half-even", "floor", "floor-ceil"]);
  requireOneOf("resampler", resampler, ["pillow", "torch-antialias", "torch", "opencv"]);
  if (resampler === "opencv") {
    if (!isOpenCvFilter(interpolation)) throw notOpenCv(interpolation);
  } else if (resampler !== "pillow" && !isTorchFilter(interpolation)) {
    throw new UsageError(
      `interpolation is ${interpolation}; the resampler ${resampler} has bilinear and bicubic, as torchvision for tensors`,
    );
  }
  if (resize !== undefined) checkRule(resize);
  const { position = "center", color, value } = pad;
  if (!POSITIONS.includes(position)) {
    throw new UsageError(`padding's position is ${JSON.stringify(position)}; expected ${POSITIONS.join(", ")}`);
  }
  if (color !== undefined && value !== undefined) {
    throw new UsageError("padding has a color and a value; expected one of the two");
  }
  const { exifOrientation = "ignore", background } = config;
  requireOneOf("EXIF orientation", exifOrientation, ["apply", "ignore"]);
  requireBackground({ background });
  if (color !== undefined) requireColor("padding", color, [channels, 3]);
  checkForm({ channels, mean, std, dtype, layout, channelOrder, valueRange, padValue: value });
}
