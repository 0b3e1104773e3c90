import { formatShape } from "@samoyed/core";
import { gemmRule, matMulRule, readFloat, readInt } from "@samoyed/ir";
import { unsupported } from "../unsupported.ts";
import { convWeights } from "@samoyed/smyd-file";
import type { SmydWeight } from "@samoyed/smyd-file";
import type { Activation } from "../steps.ts";
import { isColumnBias } from "../column-bias.ts";
import { binarySteps } from "../copy-steps.ts";
import { type Lowering, NO_ACTIVATION } from "../lowering.ts";
import { countElements, MAX_PLANNED_RANK } from "../limits.ts";
import { type LowerCall, type Operator, packedWeight, shapeOf, type ShapeCall } from "../operator.ts";
import { newBuffer, type Place } from "../places.ts";
import { productOperation } from "../product-steps.ts";

const ONE = [1, 1] as const;
const NONE = [0, 0] as const;

/** Rows as images of one pixel, so that a linear is a convolution. */
function rowsOf(place: Place, rows: number): Place {
  const columns = countElements(place.shape, "a value") / rows;
  return { ...place, shape: [rows, columns], layout: "pixels", border: 0 };
}

/** Optional parts of a product of rows with packed weights. */
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

/** alpha · A · B + beta · C; what most networks have, alpha = beta = 1 and C one value a column, is one step. */
function lowerGemm(call: LowerCall): void {
  const { fused, node, shape, lowering } = call;
  const weight = packedWeight(call, readInt(node, "transB", 0) === 0 ? "panel8-transposed" : "panel8");
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

function lowerMatMul(call: LowerCall): void {
  const { fused, shape, lowering } = call;
  const weight = packedWeight(call, "panel8-transposed");
  const output = lowering.create(fused.output, shape, "plain");
  const residual = fused.residual === undefined ? undefined : lowering.plain(lowering.place(fused.residual));
  pushLinear(lowering.place(fused.inputs[0]!), output, { lowering, weight, residual, activation: fused.activation });
  lowering.define(fused.output, output);
}

function requireMatrix(call: ShapeCall): void {
  const [a, b] = [shapeOf(call, 0), shapeOf(call, 1)];
  if (b.length !== 2 || a.length > MAX_PLANNED_RANK) {
    throw unsupported(call.node, `multiplies ${formatShape(a)} by ${formatShape(b)}; a matrix on the right is planned`);
  }
}

/** Products with a constant matrix. */
export const MATRIX: Readonly<Record<string, Operator>> = {
  Gemm: {
    rule: gemmRule,
    without: ["broadcast"],
    keepsImages: ({ node, batched }) => readInt(node, "transA", 0) === 0 && !batched[1],
    lower: lowerGemm,
  },
  MatMul: {
    rule: matMulRule,
    require: requireMatrix,
    // A vector has no axis for images.
    keepsImages: (call) => shapeOf(call, 0).length > 1 && !call.batched[1],
    lower: lowerMatMul,
  },
};
