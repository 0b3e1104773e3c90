import { eachImage } from "./copy-steps.ts";
import { imageOf, type Place, viewOf } from "./places.ts";
import type { Step } from "./steps.ts";

/** The mean over height and width of each image and channel. */
export function meanSteps(input: Place, output: Place): Step[] {
  const { address, strides } = viewOf(output);
  return eachImage(input.shape, (image) => ({
    kind: "mean",
    input: imageOf(input, image),
    output: address + image * strides[0]!,
  }));
}
