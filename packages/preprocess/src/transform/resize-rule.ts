import { type ResizeRule, UsageError } from "@samoyed/core";

import type { Size } from "../image.ts";
import { roundHalfEven } from "./round.ts";

/**
 * The size to which a rule scales an image.
 *
 * @param input the size of the network's input, for rules without a size.
 * Matches torchvision 0.29 (`_compute_resized_output_size`), segment-anything (`ResizeLongestSide`) and ultralytics
 * (`LetterBox`).
 */
export function ruleSize(rule: ResizeRule, image: Size, input: Size): Size {
  const { width, height } = image;
  const [first, second] = rule.size ?? [input.height, input.width];
  switch (rule.mode) {
    case "none":
      return { width, height };
    case "exact":
      return { width: second!, height: first! };
    case "fit": {
      const ratio = Math.min(first! / height, second! / width);
      return { width: roundHalfEven(width * ratio), height: roundHalfEven(height * ratio) };
    }
    case "longest": {
      const ratio = first! / Math.max(width, height);
      return { width: Math.floor(width * ratio + 0.5), height: Math.floor(height * ratio + 0.5) };
    }
    default:
      return shortest(image, first!, rule.maxSize);
  }
}

function shortest({ width, height }: Size, size: number, maxSize = Infinity): Size {
  let short = size;
  let long = Math.trunc((size * Math.max(width, height)) / Math.min(width, height));
  if (long > maxSize) {
    short = Math.trunc((maxSize * short) / long);
    long = maxSize;
  }
  return width <= height ? { width: short, height: long } : { width: long, height: short };
}

/**
 * Checks that a rule has the sizes that its mode takes.
 *
 * @throws UsageError when it has not.
 */
export function checkRule({ mode, size, maxSize }: ResizeRule): void {
  const sides = { shortest: [1], longest: [1], fit: [0, 2], exact: [0, 2], none: [0] }[mode] as number[] | undefined;
  if (sides === undefined) {
    throw new UsageError(`resize mode is ${JSON.stringify(mode)}; expected shortest, longest, fit, exact or none`);
  }
  const given = size ?? [];
  if (!sides.includes(given.length) || !given.every((side) => Number.isSafeInteger(side) && side > 0)) {
    throw new UsageError(
      `resize mode ${mode} has the size [${given.join(", ")}]; expected ${sides.join(" or ")} sides`,
    );
  }
  if (maxSize === undefined) return;
  if (mode !== "shortest" || !Number.isSafeInteger(maxSize) || maxSize <= given[0]!) {
    throw new UsageError(
      `resize mode ${mode} has the maximum ${maxSize}; expected one above the size, in mode shortest`,
    );
  }
}
