import { formatShape, type Shape } from "@samoyed/core";
import { convWeights } from "@samoyed/smyd-file";
import type { SmydWeight } from "@samoyed/smyd-file";
import type { Activation } from "../steps.ts";
import { isColumnBias } from "../column-bias.ts";
import { binarySteps } from "../copy-steps.ts";
import { type Lowering, NO_ACTIVATION } from "../lowering.ts";
import { countElements, MAX_RANK } from "../limits.ts";
import { misfit, readFloat, readInt, unsupported } from "../node.ts";
import { type LowerCall, type Operator, shapeOf, type ShapeCall } from "../operator.ts";
import { newBuffer, type Place } from "../places.ts";
import { productOperation } from "../product-steps.ts";
import { broadcastShapes } from "./elementwise.ts";

const ONE = [1, 1] as const;
const NONE = [0, 0] as const;

/** Rows as images of one pixel, so that a linear is a convolution. */
function rowsOf(place: Place, rows: number): Place {
  const columns = countElements(place.shape, "a value") / rows;
  return { ...place, shape: [rows, columns], layout: "pixels", border: 0 };
}

/** The packed constant on the right side of a product; @throws UnsupportedError when it is computed, or packed otherwise. */
function rightSide({ node, weight }: LowerCall, transposed: boolean): SmydWeight {
  const found = weight(1);
  if (found === undefined) throw unsupported(node, "computes its right side; only a constant is planned");
  const layout = transposed ? "panel8" : "panel8-transposed";
  if (found.layout !== layout) {
    throw unsupported(node, `has a right side in the layout ${found.layout}; expected a matrix in ${layout}`);
  }
  return found;
}

/** What a product of rows with packed weights may have besides. */
interface Linear {
  readonly lowering: Lowering;
  readonly weight: SmydWeight;
  readonly bias?: Place | undefined;
  readonly residual?: Place | undefined;
  readonly activation: Activation;
}

function pushLinear(input: Place, output: Place, linear: Linear): void {
  const { lowering, weight, bias, residual, activation } = linear;
  const conv = convWeights(weight);
  const rows = countElements(output.shape, "a value") / conv.outputs;
  lowering.push(
    productOperation({
      lowering,
      weight,
      conv,
      window: { kernel: ONE, strides: ONE, dilations: ONE, begin: NONE, end: NONE, output: ONE },
      input: rowsOf(lowering.plain(input), rows),
      output: rowsOf(output, rows),
      ...(bias && { bias }),
      ...(residual && { residual: rowsOf(residual, rows) }),
      activation,
    }),
  );
}

function gemmShape(call: ShapeCall): Shape {
  const { node } = call;
  const [a, b] = [shapeOf(call, 0), shapeOf(call, 1)];
  const [m, k] = readInt(node, "transA", 0) === 0 ? a : a.toReversed();
  const [kOfB, n] = readInt(node, "transB", 0) === 0 ? b : b.toReversed();
  if (a.length !== 2 || b.length !== 2 || k !== kOfB) {
    throw misfit(node, `${formatShape(a)} and ${formatShape(b)} have no product`);
  }
  const shape = [m!, n!];
  const c = call.inputs[2];
  if (c && formatShape(broadcastShapes(node, c, shape)) !== formatShape(shape)) {
    throw misfit(node, `its bias ${formatShape(c)} does not broadcast to ${formatShape(shape)}`);
  }
  return shape;
}

/** alpha · A · B + beta · C; what most networks have, alpha = beta = 1 and C one value a column, is one step. */
function lowerGemm(call: LowerCall): void {
  const { fused, node, shape, lowering } = call;
  const weight = rightSide(call, readInt(node, "transB", 0) !== 0);
  const [alpha, beta] = [readFloat(node, "alpha", 1), readFloat(node, "beta", 1)];
  const output = lowering.create(fused.output, shape, "plain");
  const input =
    readInt(node, "transA", 0) === 0 ? lowering.place(fused.inputs[0]!) : transposed(lowering, fused.inputs[0]!);
  const c = fused.inputs[2] ? lowering.plain(lowering.place(fused.inputs[2])) : undefined;
  const isBias = c !== undefined && isColumnBias(c.shape, shape[1]!);
  if (alpha === 1 && beta === 1 && (c === undefined || isBias)) {
    const residual = fused.residual === undefined ? undefined : lowering.plain(lowering.place(fused.residual));
    pushLinear(input, output, { lowering, weight, bias: c, residual, activation: fused.activation });
  } else {
    const product = lowering.temporary(shape, "plain");
    pushLinear(input, product, { lowering, weight, activation: NO_ACTIVATION });
    const scaled = scale(lowering, product, alpha);
    if (c === undefined) lowering.copy(scaled, output, fused.activation);
    else {
      const addend = scale(lowering, c, beta);
      lowering.push({
        reads: [scaled, addend],
        writes: output,
        emit: () => binarySteps("add", { left: scaled, right: addend, output }, fused.activation),
      });
    }
  }
  lowering.define(fused.output, output);
}

function transposed(lowering: Lowering, name: string): Place {
  const input = lowering.plain(lowering.place(name));
  const [rows, columns] = input.shape as [number, number];
  const output = lowering.temporary([columns, rows], "plain");
  // A column of `columns` images with one row each reads the matrix column by column.
  lowering.copy({ ...input, layout: "pixels", shape: [1, columns, rows] }, { ...output, shape: [1, columns, rows] });
  return output;
}

function scale(lowering: Lowering, place: Place, factor: number): Place {
  if (factor === 1) return place;
  const output = lowering.temporary(place.shape, "plain");
  lowering.push({
    reads: [place],
    writes: output,
    emit: (tables) => {
      const buffer = { ...newBuffer(4), fixed: true, address: tables.float(factor) };
      const right: Place = { buffer, layout: "plain", shape: [], border: 0 };
      return binarySteps("mul", { left: place, right, output }, NO_ACTIVATION);
    },
  });
  return output;
}

function matMulShape(call: ShapeCall): Shape {
  const [a, b] = [shapeOf(call, 0), shapeOf(call, 1)];
  if (b.length !== 2 || a.length === 0 || a.length > MAX_RANK) {
    throw unsupported(call.node, `multiplies ${formatShape(a)} by ${formatShape(b)}; a matrix on the right is planned`);
  }
  if (a.at(-1) !== b[0]) throw misfit(call.node, `${formatShape(a)} and ${formatShape(b)} have no product`);
  return [...a.slice(0, -1), b[1]!];
}

function lowerMatMul(call: LowerCall): void {
  const { fused, shape, lowering } = call;
  const weight = rightSide(call, false);
  const output = lowering.create(fused.output, shape, "plain");
  const residual = fused.residual === undefined ? undefined : lowering.plain(lowering.place(fused.residual));
  pushLinear(lowering.place(fused.inputs[0]!), output, { lowering, weight, residual, activation: fused.activation });
  lowering.define(fused.output, output);
}

/** Products with a constant matrix. */
export const MATRIX: Readonly<Record<string, Operator>> = {
  Gemm: {
    inputs: [2, 3],
    attributes: ["alpha", "beta", "transA", "transB"],
    shape: gemmShape,
    keepsImages: ({ node, batched }) => readInt(node, "transA", 0) === 0 && !batched[1],
    lower: lowerGemm,
  },
  MatMul: {
    inputs: [2, 2],
    attributes: [],
    shape: matMulShape,
    // A vector has no axis for images.
    keepsImages: ({ inputs, batched }) => inputs[0]!.length > 1 && !batched[1],
    lower: lowerMatMul,
  },
};
