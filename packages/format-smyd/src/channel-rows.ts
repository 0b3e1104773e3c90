import {
  bytesToArray,
  formatShape,
  type LazyTensor,
  readTensor,
  type ReadOptions,
  ShapeError,
  throwIfAborted,
  wholeElements,
} from "@samoyed/core";

/** Order in which a weight's output channels are taken. */
export interface RowsPlan {
  /** Elements of one output channel. */
  readonly row: number;
  /** Output channels of each piece, one after another; together all that there are. */
  readonly counts: Iterable<number>;
}

/**
 * A float32 weight by output channels: pieces of [count, row], valid until the next is asked for. No more than one
 * piece and what the weight's own `chunks` hold is in memory.
 *
 * @throws ShapeError when the weight yields more or fewer bytes than its shape has.
 */
export async function* channelRows(
  weight: LazyTensor,
  { row, counts }: RowsPlan,
  reading: ReadOptions,
): AsyncGenerator<Float32Array> {
  const chunks = wholeElements(weight.chunks(reading), Float32Array.BYTES_PER_ELEMENT)[Symbol.asyncIterator]();
  let chunk = new Float32Array(0);
  let piece = new Float32Array(0);
  try {
    for (const count of counts) {
      throwIfAborted(reading.signal);
      const length = count * row;
      // Most pieces are within a chunk and need no copy.
      if (chunk.length >= length) {
        yield chunk.subarray(0, length);
        chunk = chunk.subarray(length);
        continue;
      }
      if (piece.length < length) piece = new Float32Array(length);
      for (let filled = 0; filled < length;) {
        if (chunk.length === 0) {
          const next = await chunks.next();
          if (next.done) throw wrongLength(weight, "fewer");
          chunk = bytesToArray(next.value, "float32") as Float32Array<ArrayBuffer>;
        }
        const part = chunk.subarray(0, length - filled);
        piece.set(part, filled);
        filled += part.length;
        chunk = chunk.subarray(part.length);
      }
      yield piece.subarray(0, length);
    }
    if (chunk.length > 0 || !(await chunks.next()).done) throw wrongLength(weight, "more");
  } finally {
    // A caller that stops early must not leave the source reading.
    await chunks.return?.(undefined);
  }
}

/**
 * The same of a matrix that has its output channels as columns: [I, O]. It is in memory whole.
 *
 * @throws ShapeError when the weight yields more or fewer bytes than its shape has.
 */
export async function* channelColumns(
  weight: LazyTensor,
  { row, counts }: RowsPlan,
  reading: ReadOptions,
): AsyncGenerator<Float32Array> {
  const data = (await readTensor(weight, reading)).data as Float32Array;
  const columns = data.length / row;
  let first = 0;
  let piece = new Float32Array(0);
  for (const count of counts) {
    throwIfAborted(reading.signal);
    if (piece.length < count * row) piece = new Float32Array(count * row);
    for (let input = 0; input < row; input++) {
      for (let lane = 0; lane < count; lane++) piece[lane * row + input] = data[input * columns + first + lane]!;
    }
    first += count;
    yield piece.subarray(0, count * row);
  }
}

function wrongLength({ name, dtype, shape }: LazyTensor, what: "fewer" | "more"): ShapeError {
  return new ShapeError(
    `tensor ${JSON.stringify(name)} ${dtype} ${formatShape(shape)}: ${what} bytes came than it has`,
  );
}
