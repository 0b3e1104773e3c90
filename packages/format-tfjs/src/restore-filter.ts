import { elementCount, formatShape, MismatchError, type Shape } from "@samoyed/core";

/** One of the convolutions that TensorFlow.js computes in place of a grouped one; most convolutions have one part. */
export interface FilterPart {
  /** `[height, width, rows, columns]`: inputs and outputs of some neighboring groups, with filters on the diagonal. */
  readonly shape: Shape;
  readonly values: Float32Array;
}

/**
 * PyTorch's filter `[O, I / groups, h, w]` from the parts of it that a model of TensorFlow.js contains, in order.
 *
 * @param shape PyTorch's.
 * @throws MismatchError when the parts are not of that filter, or a value is not zero where it must be.
 */
export function restoreFilter(
  parts: readonly FilterPart[],
  { name, shape }: { readonly name: string; readonly shape: Shape },
): Float32Array {
  const [outputs = 0, inputs = 0, height = 0, width = 0] = shape;
  const columns = outputs / parts.length;
  const rows = parts[0]?.shape[2] ?? 0;
  const groups = rows / inputs;
  const expected = [height, width, rows, columns];
  const fits = shape.length === 4 && Number.isInteger(groups) && groups > 0 && Number.isInteger(columns / groups);
  const odd = parts.find((part) => !fits || formatShape(part.shape) !== formatShape(expected));
  if (odd || parts.length === 0) {
    throw new MismatchError(
      `the weight ${name} ${formatShape(shape)} comes in ${parts.length} parts, one of them ${formatShape(odd?.shape ?? [])}`,
    );
  }
  const filter = new Float32Array(elementCount(shape));
  const taps = height * width;
  const columnsOfGroup = columns / groups;
  for (const [number, { values }] of parts.entries()) {
    let at = 0;
    for (let tap = 0; tap < taps; tap++) {
      for (let row = 0; row < rows; row++) {
        const group = Math.floor(row / inputs);
        const input = row - group * inputs;
        const [first, end] = [group * columnsOfGroup, (group + 1) * columnsOfGroup];
        for (let column = 0; column < columns; column++) {
          const value = values[at++]!;
          if (column >= first && column < end)
            filter[((number * columns + column) * inputs + input) * taps + tap] = value;
          else if (value !== 0) throw new MismatchError(`the weight ${name} holds ${value} between two groups`);
        }
      }
    }
  }
  return filter;
}
