import type { Emitter } from "../lowering/emitter.ts";
import type { Operand } from "../lowering/operand.ts";

/** A linear map of one axis: a row of weights for each element of the result. */
export type Matrix = readonly (readonly number[])[];

/**
 * Applies a linear map to each of the last one, two or three axes, as products with constant matrices; `undefined`
 * leaves an axis.
 */
export function applyAxes(emitter: Emitter, x: Operand, matrices: readonly (Matrix | undefined)[]): string {
  let { value } = x;
  const rank = x.sizes.length;
  for (const [index, matrix] of matrices.entries()) {
    if (matrix === undefined) continue;
    const rows = matrix.length;
    const columns = matrix[0]!.length;
    const axis = rank - matrices.length + index;
    if (axis === rank - 1) {
      const transposed = Array.from({ length: columns }, (_, column) => matrix.map((row) => row[column]!)).flat();
      value = emitter.one("MatMul", [value, emitter.numbers(x.dtype, [columns, rows], transposed)]);
    } else if (axis === rank - 2) {
      value = emitter.one("MatMul", [emitter.numbers(x.dtype, [rows, columns], matrix.flat()), value]);
    } else {
      const labels = "abcdefgh".slice(0, rank);
      const equation = `${labels},z${labels[axis]}->${labels.replace(labels[axis]!, "z")}`;
      value = emitter.one("Einsum", [value, emitter.numbers(x.dtype, [rows, columns], matrix.flat())], {
        equation: { type: "string", value: equation },
      });
    }
  }
  return value;
}
