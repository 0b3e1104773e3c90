import { ShapeError } from "../errors.ts";
import type { ReadOptions } from "../io/source.ts";
import { quote } from "../text/quote.ts";
import { formatShape } from "./shape.ts";
import type { LazyTensor } from "./tensor.ts";
import { tensorByteLength } from "./tensor-bytes.ts";

/**
 * Passes a tensor's bytes to `take`, chunk by chunk, and checks that their number matches its shape: the data written ahead
 * of them (lengths, offsets) depends on it.
 *
 * @param take - Called with each chunk, whose memory belongs to the tensor: copy what you keep.
 * @throws ShapeError when there are fewer or more bytes; no excess byte is passed on.
 */
export async function copyChunks(
  tensor: LazyTensor,
  take: (chunk: Uint8Array) => void | Promise<void>,
  options?: ReadOptions,
): Promise<void> {
  const expected = tensorByteLength(tensor.dtype, tensor.shape);
  let count = 0;
  for await (const chunk of tensor.chunks(options)) {
    count += chunk.byteLength;
    if (count > expected) break;
    await take(chunk);
  }
  if (count === expected) return;
  throw new ShapeError(
    `tensor ${quote(tensor.name)} ${tensor.dtype} ${formatShape(tensor.shape)}: ` +
      `${count}${count > expected ? " or more" : ""} bytes received; expected ${expected}`,
  );
}
