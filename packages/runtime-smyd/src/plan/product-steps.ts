import type { ConvWeights } from "@samoyed/smyd-file";
import { panelLayout } from "@samoyed/smyd-file";
import type { SmydWeight } from "@samoyed/smyd-file";
import type { Activation, ConvStep, DepthwiseStep, WeightStorage } from "./steps.ts";
import type { Lowering, Operation } from "./lowering.ts";
import { everyPixel, everyWindow, kernelTaps } from "./pixel-tables.ts";
import { imageSize, type Place } from "./places.ts";
import type { Tables } from "./tables.ts";
import type { PlannedWindow } from "./window.ts";

/** Room in a core's second-level cache besides weights and outputs. */
const BLOCK_BYTES: number = 256 << 10;

/**
 * Fewer pixels do not pay for weights, which every block fetches anew from beyond that cache: its first tile waits for
 * them. Inputs that it does not hold are read in order, and arrive in time.
 */
const MIN_BLOCK_PIXELS = 256;

/** A sum of products with packed weights at every window: a convolution, or a linear on images of one pixel. */
export interface Product {
  readonly lowering: Lowering;
  readonly weight: SmydWeight;
  readonly conv: ConvWeights;
  readonly window: PlannedWindow;
  /** Pixels, with a border at least as wide as the window's padding. */
  readonly input: Place;
  readonly output: Place;
  /** One float32 for each output channel. */
  readonly bias?: Place;
  /** As large as the output. */
  readonly residual?: Place;
  readonly activation: Activation;
}

/** The operation of a product. */
export function productOperation(product: Product): Operation {
  const { input, output, bias, residual } = product;
  const reads = [input, bias, residual].filter((place) => place !== undefined);
  return {
    reads,
    writes: output,
    emit: (tables) => [productStep(product, tables)],
  };
}

function productStep(product: Product, tables: Tables): ConvStep | DepthwiseStep {
  const { lowering, weight, conv, window, input, output, bias, residual, activation } = product;
  const { images, height, width, channels } = imageSize(output.shape);
  const common = {
    input: input.buffer.address,
    output: output.buffer.address,
    weights: lowering.dataAddress + weight.offset,
    storage: storageOf(weight, lowering.dataAddress),
    ...(bias && { bias: bias.buffer.address }),
    ...(residual && { residual: { input: residual.buffer.address, pixels: everyPixel(tables, residual) } }),
    inputPixels: everyWindow(tables, input, window),
    outputPixels: everyPixel(tables, output),
    pixels: images * height * width,
    activation,
  };
  if (weight.layout === "depthwise") {
    const { offsets, count } = kernelTaps(tables, input, { ...window, inputs: 1 });
    return { kind: "depthwise", ...common, channels, taps: { offsets, count } };
  }
  const { groups, inputs, outputs } = panelLayout(conv);
  return {
    kind: "conv",
    ...common,
    outputs: channels,
    groups: { count: groups, inputs, outputs },
    taps: kernelTaps(tables, input, { ...window, inputs }),
    pixelBlock: blockOf(window, imageSize(input.shape).channels, images * height * width),
  };
}

/**
 * So many pixels that their inputs, of all groups, stay in the cache while one panel of weights after the other passes
 * over them; all blocks as large as each other.
 */
function blockOf({ strides, kernel }: PlannedWindow, channels: number, pixels: number): number {
  // Windows overlap: each adds as many new pixels as the stride skips, and no more than it has taps.
  const fresh = Math.min(strides[0] * strides[1], kernel[0] * kernel[1]);
  const most = Math.max(MIN_BLOCK_PIXELS, Math.floor(BLOCK_BYTES / (4 * channels * fresh)));
  return pixels <= most ? most : Math.ceil(pixels / Math.ceil(pixels / most));
}

function storageOf({ storage, scale }: SmydWeight, dataAddress: number): WeightStorage {
  if (storage === "int8") return { kind: "int8", scales: dataAddress + scale!.offset };
  return { kind: storage === "float16" ? "float16" : "float32" };
}
