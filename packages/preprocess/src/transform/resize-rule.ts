import type { ResizeRule } from "@samoyed/core";

import type { Size } from "../image.ts";
import { roundHalfEven } from "./round.ts";
import { shortestSize } from "./shortest-size.ts";

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
      return shortestSize(image, first!, rule.maxSize);
  }
}
