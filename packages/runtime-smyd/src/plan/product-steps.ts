import type { SmydWeight } from "@samoyed/smyd-file";
import type { Activation, ConvStep, DepthwiseStep, WeightStorage } from "./steps.ts";
import type { Lowering, Operation } from "./lowering.ts";
import { everyPixel, everyWindow, kernelTaps, strideTable } from "./pixel-tables.ts";
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

/** Packed weights: a constant, or panels that steps before have packed. */
export type ProductWeight = SmydWeight | Place;

/** A sum of products with packed weights at every window: a convolution, or a linear on images of one pixel. */
export interface Product {
  readonly lowering: Lowering;
  readonly weight: ProductWeight;
  /** Groups, and the input and output channels of each. */
  readonly groups: { readonly groups: number; readonly inputs: number; readonly outputs: number };
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
  const { weight, input, output, bias, residual } = product;
  const reads = [input, bias, residual, placeOf(weight)].filter((place) => place !== undefined);
  return {
    reads,
    writes: output,
    emit: (tables) => [productStep(product, tables)],
  };
}

function productStep(product: Product, tables: Tables): ConvStep | DepthwiseStep {
  const { lowering, weight, window, input, output, bias, residual, activation } = product;
  const { images, height, width, channels } = imageSize(output.shape);
  const common = {
    input: input.buffer.address,
    output: output.buffer.address,
    ...weightsOf(weight, lowering.dataAddress),
    ...(bias && { bias: bias.buffer.address }),
    inputPixels: everyWindow(tables, input, window),
    outputPixels: everyPixel(tables, output),
    pixels: images * height * width,
    activation,
  };
  const added = residual && { input: residual.buffer.address, pixels: everyPixel(tables, residual) };
  if (weight.layout === "depthwise") {
    const { offsets, count } = kernelTaps(tables, input, { ...window, inputs: 1 });
    return { kind: "depthwise", ...common, ...(added && { residual: added }), channels, taps: { offsets, count } };
  }
  const { groups: count, inputs, outputs } = product.groups;
  const places = strideTable(tables, [count], [4 * outputs]);
  return {
    kind: "conv",
    ...common,
    ...(added && { residual: { ...added, groups: places } }),
    groups: { count, outputs, inputs: strideTable(tables, [count], [4 * inputs]), places },
    taps: kernelTaps(tables, input, { ...window, inputs }),
    pixelBlock: pixelBlock(imageSize(input.shape).channels * freshPixels(window), images * height * width),
  };
}

/** Windows overlap: each adds as many new pixels as the stride skips, and no more than it has taps. */
function freshPixels({ strides, kernel }: PlannedWindow): number {
  return Math.min(strides[0] * strides[1], kernel[0] * kernel[1]);
}

/**
 * So many pixels that their inputs, `floats` new ones at each, stay in the cache while one panel of weights after the other passes
 * over them; all blocks as large as each other.
 */
export function pixelBlock(floats: number, pixels: number): number {
  const most = Math.max(MIN_BLOCK_PIXELS, Math.floor(BLOCK_BYTES / (4 * floats)));
  return pixels <= most ? most : Math.ceil(pixels / Math.ceil(pixels / most));
}

/** The place of weights that are packed at run time. */
export function placeOf(weight: ProductWeight): Place | undefined {
  return "buffer" in weight ? weight : undefined;
}

/** Address and storage of packed weights. */
export function weightsOf(weight: ProductWeight, dataAddress: number): Pick<ConvStep, "weights" | "storage"> {
  if ("buffer" in weight) return { weights: weight.buffer.address, storage: { kind: "float32" } };
  return { weights: dataAddress + weight.offset, storage: storageOf(weight, dataAddress) };
}

function storageOf({ storage, scale }: SmydWeight, dataAddress: number): WeightStorage {
  if (storage === "int8") return { kind: "int8", scales: dataAddress + scale!.offset };
  return { kind: storage === "float16" ? "float16" : "float32" };
}
