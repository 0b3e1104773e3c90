import {
  arrayToBytes,
  bytesToArray,
  bytesToTensor,
  CHUNK_BYTES,
  lazyFromChunks,
  type LazyTensor,
  lazyTensor,
  type ReadOptions,
  type TensorInfo,
  wholeElements,
} from "@samoyed/core";
import {
  type ConvWeights,
  convWeights,
  LANES,
  type PanelArray,
  panelLayout,
  panelRows,
  type SmydWeight,
  unpackDepthwise,
  unpackPanel,
} from "@samoyed/smyd-file";
import { INT8_RANGE, restoreRows } from "./storage.ts";
import type { VerifiedData } from "./verified-data.ts";

/** Smaller tensors are read at once, because shape inference looks into them: sizes, axes, pads. */
const MAX_SMALL_BYTES = 1024;

/**
 * A weight of a file as ONNX has it: in ONNX's order, and float32 where it was packed. It is read when asked for; a
 * small plain one at once.
 *
 * @throws FormatError here or from its reads, when its bytes do not have their hash.
 */
export async function unpackWeight(weight: SmydWeight, data: VerifiedData, reading: ReadOptions): Promise<LazyTensor> {
  const { name, dtype, shape, layout } = weight;
  const what = `weight ${JSON.stringify(name)}`;
  if (layout !== "plain") {
    const lazy = lazyFromChunks({ name, dtype, shape }, (options) => unpacked(weight, data, options));
    const quantized = quantizedForm(weight, data);
    return quantized === undefined ? lazy : { ...lazy, quantized };
  }
  if (weight.byteLength > MAX_SMALL_BYTES) {
    return lazyFromChunks({ name, dtype, shape }, (options) => data.chunks(weight, what, options));
  }
  return lazyTensor(name, bytesToTensor(await data.bytes(weight, what, reading), dtype, shape));
}

/** The integers that an int8 weight is made of, so that it can be written as it is. */
function quantizedForm({ name, shape, layout, scale }: SmydWeight, data: VerifiedData): LazyTensor["quantized"] {
  if (scale === undefined) return undefined;
  const axis = layout === "panel8-transposed" ? 1 : 0;
  const what = `the scale of weight ${JSON.stringify(name)}`;
  const info: TensorInfo = { name: `${name}.scale`, dtype: "float32", shape: [shape[axis]!] };
  const scales = lazyFromChunks(info, (options) => data.chunks(scale, what, options));
  return { range: INT8_RANGE, scales, zeros: undefined, axis };
}

async function* unpacked(weight: SmydWeight, data: VerifiedData, reading: ReadOptions): AsyncGenerator<Uint8Array> {
  const what = `weight ${JSON.stringify(weight.name)}`;
  const conv = convWeights(weight);
  const row = conv.groupInputs * conv.height * conv.width;
  const scales =
    weight.scale && bytesToArray(await data.bytes(weight.scale, `the scale of ${what}`, reading), "float32");
  if (weight.layout === "depthwise") {
    const packed = bytesToArray(await data.bytes(weight, what, reading), weight.storage) as PanelArray;
    const values = emptyLike(packed, conv.outputs * row);
    unpackDepthwise(packed, values, conv);
    yield* inPieces(restoreRows(values, { first: 0, count: conv.outputs, scales }));
    return;
  }
  const pieces = channels(data.chunks(weight, what, reading), { weight, conv, row });
  if (weight.layout === "panel8") {
    for await (const { first, count, values } of pieces)
      yield arrayToBytes(restoreRows(values, { first, count, scales }));
    return;
  }
  const matrix = new Float32Array(conv.outputs * row);
  for await (const { first, count, values } of pieces) {
    const rows = restoreRows(values, { first, count, scales });
    for (let input = 0; input < row; input++) {
      for (let lane = 0; lane < count; lane++) {
        matrix[input * conv.outputs + first + lane] = rows[lane * row + input]!;
      }
    }
  }
  yield* inPieces(matrix);
}

/** Output channels as they are stored, in ONNX's order: [count, row]. */
interface StoredChannels {
  readonly first: number;
  readonly count: number;
  readonly values: PanelArray;
}

/** The output channels of as many panels as come at a time. */
async function* channels(
  chunks: AsyncIterable<Uint8Array>,
  { weight, conv, row }: { readonly weight: SmydWeight; readonly conv: ConvWeights; readonly row: number },
): AsyncGenerator<StoredChannels> {
  const layout = panelLayout(conv);
  const length = layout.depth * LANES;
  let panel = 0;
  for await (const chunk of wholeElements(chunks, weight.byteLength / layout.panels)) {
    const packed = bytesToArray(chunk, weight.storage) as PanelArray;
    const begin = panelRows(layout, panel).first;
    const last = panelRows(layout, panel + packed.length / length - 1);
    const values = emptyLike(packed, (last.first + last.count - begin) * row);
    for (let offset = 0; offset < packed.length; offset += length, panel++) {
      const { first, count } = panelRows(layout, panel);
      const rows = values.subarray((first - begin) * row, (first + count - begin) * row);
      unpackPanel(packed.subarray(offset, offset + length), rows, conv);
    }
    yield { first: begin, count: last.first + last.count - begin, values };
  }
}

function emptyLike(array: PanelArray, length: number): PanelArray {
  return new (array.constructor as new (length: number) => PanelArray)(length);
}

function* inPieces(values: Float32Array): Generator<Uint8Array> {
  const bytes = arrayToBytes(values);
  for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) yield bytes.subarray(start, start + CHUNK_BYTES);
}
