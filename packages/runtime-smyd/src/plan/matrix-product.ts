import type { Shape } from "@samoyed/core";
import type { SmydWeight } from "@samoyed/smyd-file";
import { broadcastView } from "./copy-steps.ts";
import type { Lowering } from "./lowering.ts";
import { packPanels } from "./pack-panels.ts";
import { strideTable } from "./pixel-tables.ts";
import { type Place, viewOf } from "./places.ts";
import { pixelBlock, placeOf, type ProductWeight, weightsOf } from "./product-steps.ts";
import type { Activation } from "./steps.ts";
import type { Tables } from "./tables.ts";

/** Matrices [..., K, N] of this shape whose columns are packed at run time, for any number of products. */
export interface PackedMatrices {
  readonly shape: Shape;
  readonly panels: Place;
}

/** A product of matrices, broadcast over the axes before the last two. */
export interface MatrixProduct {
  readonly lowering: Lowering;
  /** [..., M, K]. */
  readonly left: Place;
  /** A constant matrix [K, N] whose columns are packed; or matrices that were packed at run time. */
  readonly right: SmydWeight | PackedMatrices;
  /** [..., M, N], with the elements of a row behind one another. */
  readonly output: Place;
  /** One float32 for each column, if the right side is packed. */
  readonly bias?: Place | undefined;
  /** Broadcasts to the output, with whole rows. */
  readonly residual?: Place | undefined;
  readonly activation: Activation;
}

/**
 * Fewest products of a sum to which the bias is added at the end: a sum that starts with it is rounded to the bias's
 * last place every time, and the bias of a classifier may be far larger than what is added.
 */
const LATE_BIAS_DEPTH = 128;

/**
 * Plans a product as one step: matrices of which the right side has many are its groups, and every other index its
 * pixels.
 */
export function pushProduct({ lowering, output, activation, ...given }: MatrixProduct): void {
  const { shape } = output;
  const left = withRows(lowering, given.left);
  const isLate = given.residual === undefined && left.shape.at(-1)! >= LATE_BIAS_DEPTH;
  const bias = isLate ? undefined : given.bias;
  const added = isLate ? given.bias : given.residual;
  const residual = added && withRows(lowering, added);
  const grouped = "panels" in given.right ? batchAxes(given.right.shape, shape.length) : [];
  const right: ProductWeight = "panels" in given.right ? given.right.panels : given.right;
  const [columns, depth] = [shape.at(-1)!, left.shape.at(-1)!];
  const rows = [...shape.keys()].slice(0, -1).filter((axis) => !grouped.includes(axis));
  const sizes = (axes: readonly number[]): number[] => axes.map((axis) => shape[axis]!);
  const pixels = sizes(rows).reduce((product, size) => product * size, 1);
  lowering.push({
    reads: [left, placeOf(right), bias, residual].filter((place) => place !== undefined),
    writes: output,
    emit: (tables) => {
      const offsets = (place: Place, axes: readonly number[]): number => {
        const { strides } = broadcastView(place, shape);
        return strideTable(
          tables,
          sizes(axes),
          axes.map((axis) => strides[axis]!),
        );
      };
      return [
        {
          kind: "conv",
          input: viewOf(left).address,
          output: viewOf(output).address,
          ...weightsOf(right, lowering.dataAddress),
          ...(bias && { bias: bias.buffer.address }),
          ...(residual && {
            residual: {
              input: viewOf(residual).address,
              pixels: offsets(residual, rows),
              groups: offsets(residual, grouped),
            },
          }),
          groups: {
            count: sizes(grouped).reduce((product, size) => product * size, 1),
            outputs: columns,
            inputs: offsets(left, grouped),
            places: offsets(output, grouped),
          },
          taps: { offsets: oneTap(tables), count: 1, depth },
          inputPixels: offsets(left, rows),
          outputPixels: offsets(output, rows),
          pixels,
          pixelBlock: pixelBlock(depth, pixels),
          activation,
        },
      ];
    },
  });
}

function oneTap(tables: Tables): number {
  return strideTable(tables, [1], [0]);
}

/** The axes of an output along which a right side has matrices of its own. */
function batchAxes(right: Shape, rank: number): number[] {
  const first = rank - right.length;
  return right.slice(0, -2).flatMap((size, axis) => (size > 1 ? [first + axis] : []));
}

/** Packs the columns of a right side [..., K, N]. */
export function packMatrices(lowering: Lowering, right: Place): PackedMatrices {
  const axes = [...right.shape.keys()];
  const panels = packPanels(lowering, [right], {
    groups: axes.slice(0, -2).filter((axis) => right.shape[axis]! > 1),
    outputs: axes.at(-1)!,
    depth: [axes.at(-2)!],
  });
  return { shape: right.shape, panels };
}

/** A value, or a copy of it, with the elements of a row behind one another. */
function withRows(lowering: Lowering, place: Place): Place {
  const stride = viewOf({ ...place, buffer: { ...place.buffer, address: 0 } }).strides.at(-1);
  return place.shape.at(-1) === 1 || stride === 4 ? place : lowering.plain(place);
}
