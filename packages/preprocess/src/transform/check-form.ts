import { UsageError } from "@samoyed/core";

import type { FormSettings } from "./form-settings.ts";
import { requireOneOf } from "./require-one-of.ts";

/**
 * Checks how pixels become elements.
 *
 * @throws UsageError when there is not one value of each per channel, one is not finite, a deviation is 0 in float32, or a
 * setting has an unknown value.
 */
export function checkForm(settings: FormSettings): void {
  const { channels, mean, std, dtype = "float32", layout = "chw", channelOrder = "rgb", valueRange = 1 } = settings;
  const { padValue = 0 } = settings;
  if (mean.length !== channels || std.length !== channels) {
    throw new UsageError(
      `mean has ${mean.length} values and std ${std.length}; expected ${channels}, ${channels === 1 ? "for the gray channel" : "one per channel"}`,
    );
  }
  if (!mean.every(Number.isFinite) || !std.every((value) => Number.isFinite(value) && Math.fround(value) !== 0)) {
    throw new UsageError(`mean is [${mean.join(", ")}] and std [${std.join(", ")}]; expected numbers, no std of 0`);
  }
  requireOneOf("layout", layout, ["chw", "hwc"]);
  requireOneOf("channel order", channelOrder, ["rgb", "bgr"]);
  requireOneOf("dtype", dtype, ["float32", "float16", "uint8"]);
  requireOneOf("value range", valueRange, [1, 255]);
  if (dtype === "uint8" && (mean.some((value) => value !== 0) || std.some((value) => value !== 1))) {
    throw new UsageError(`mean is [${mean.join(", ")}] and std [${std.join(", ")}]; uint8 pixels are not normalized`, {
      hint: "Give mean 0 and std 1 for every channel, or dtype float32.",
    });
  }
  if (
    !Number.isFinite(padValue) ||
    (dtype === "uint8" && (!Number.isInteger(padValue) || padValue < 0 || padValue > 255))
  ) {
    throw new UsageError(`padding is ${padValue}; expected ${dtype === "uint8" ? "a byte" : "a number"}`);
  }
}
