import { elementCount, formatShape, sameShape, ShapeError, type Tensor, UsageError } from "@samoyed/core";
import type { InputDType } from "@samoyed/preprocess";

/**
 * Stacks images of one size and dtype into a batch: `[C, H, W]` each becomes `[images, C, H, W]`, a copy.
 *
 * @throws ShapeError when sizes or dtypes differ.
 * @throws UsageError when there are no images.
 */
export function stackImages(images: readonly Tensor<InputDType>[]): Tensor<InputDType> {
  const first = images[0];
  if (!first) throw new UsageError("no image was given; expected at least one");
  const size = elementCount(first.shape);
  const data = allocate(first.dtype, size * images.length);
  for (const [index, image] of images.entries()) {
    if (!sameShape(image.shape, first.shape) || image.dtype !== first.dtype) {
      throw new ShapeError(
        `image ${index} is ${image.dtype} ${formatShape(image.shape)} and image 0 is ${first.dtype} ${formatShape(first.shape)}; expected one size`,
      );
    }
    data.set(image.data, index * size);
  }
  return { dtype: first.dtype, shape: [images.length, ...first.shape], data };
}

function allocate(dtype: InputDType, length: number): Tensor<InputDType>["data"] {
  if (dtype === "float32") return new Float32Array(length);
  return dtype === "float16" ? new Uint16Array(length) : new Uint8Array(length);
}

/**
 * Returns the rows of a float32 matrix `[rows, columns]`: views, not copies. `columns` names the second axis in messages.
 *
 * @throws ShapeError when the tensor is missing, of another dtype or rank, or has another number of rows.
 */
export function matrixRows(
  tensor: Tensor | undefined,
  options: { readonly name: string; readonly rows: number; readonly columns: string },
): Float32Array[] {
  const { name, rows } = options;
  const expected = `float32 [${rows}, ${options.columns}]`;
  if (!tensor) throw new ShapeError(`the session returned no ${JSON.stringify(name)}; expected ${expected}`);
  const columns = tensor.shape[1];
  if (!(tensor.data instanceof Float32Array) || tensor.shape.length !== 2 || tensor.shape[0] !== rows || !columns) {
    throw new ShapeError(
      `${JSON.stringify(name)} is ${tensor.dtype} ${formatShape(tensor.shape)}; expected ${expected}`,
    );
  }
  const { data } = tensor;
  return Array.from({ length: rows }, (_, row) => data.subarray(row * columns, (row + 1) * columns));
}
