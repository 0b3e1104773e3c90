import { elementCount, formatShape, sameShape, ShapeError, type Tensor, UsageError } from "@samoyed/core";

/**
 * Stacks images of one size into a batch: `[C, H, W]` each becomes `[images, C, H, W]`, a copy.
 *
 * @throws ShapeError when the sizes differ.
 * @throws UsageError when there are no images.
 */
export function stackImages(images: readonly Tensor<"float32">[]): Tensor<"float32"> {
  const first = images[0];
  if (!first) throw new UsageError("no image was given; expected at least one");
  const size = elementCount(first.shape);
  const data = new Float32Array(size * images.length);
  for (const [index, image] of images.entries()) {
    if (!sameShape(image.shape, first.shape)) {
      throw new ShapeError(
        `image ${index} is ${formatShape(image.shape)} and image 0 is ${formatShape(first.shape)}; expected one size`,
      );
    }
    data.set(image.data, index * size);
  }
  return { dtype: "float32", shape: [images.length, ...first.shape], data };
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
