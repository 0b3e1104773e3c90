import type { WindowAttributes } from "./window.ts";

/** Height and width. */
export type Pair = readonly [number, number];

/** A window that slides over an image, with known padding. A window over a row of values slides over an image one pixel high. */
export interface ImageWindow {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  /** Padding above and left, and below and right. */
  readonly begin: Pair;
  readonly end: Pair;
}

/**
 * Converts a window of one or two axes to one over an image.
 *
 * @param pads padding before and after each axis of the window.
 */
export function imageWindow(window: WindowAttributes, pads: readonly Pair[]): ImageWindow {
  return {
    kernel: toPair(window.kernel, 1),
    strides: toPair(window.strides, 1),
    dilations: toPair(window.dilations, 1),
    begin: toPair(
      pads.map(([begin]) => begin),
      0,
    ),
    end: toPair(
      pads.map(([, end]) => end),
      0,
    ),
  };
}

/** Computes the pixels from a window's first to its last tap. */
export function imageWindowExtent({ kernel, dilations }: Pick<ImageWindow, "kernel" | "dilations">): Pair {
  return [(kernel[0] - 1) * dilations[0] + 1, (kernel[1] - 1) * dilations[1] + 1];
}

function toPair(values: readonly number[], missing: number): Pair {
  return values.length === 1 ? [missing, values[0]!] : [values[0]!, values[1]!];
}
