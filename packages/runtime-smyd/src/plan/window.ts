import type { Shape } from "@samoyed/core";
import {
  axisPads,
  imageWindow,
  type ImageWindow,
  type Node,
  type Pair,
  readWindow,
  type TypedTensor,
} from "@samoyed/ir";
import { imageSize } from "./places.ts";

/** A window over an image of known size. */
export interface PlannedWindow extends ImageWindow {
  /** The output's height and width. */
  readonly output: Pair;
}

/** A convolution's or pool's window over an image, from the shapes of its input and output. */
export function planWindow(
  node: Node<TypedTensor>,
  kernel: readonly number[],
  { input, output }: { readonly input: Shape; readonly output: Shape },
): PlannedWindow {
  const window = readWindow(node, kernel);
  const pads = input.slice(2).map((size, axis) => axisPads(window, axis, size));
  const { height, width } = imageSize(output);
  return { ...imageWindow(window, pads), output: [height, width] };
}
