import {
  arrayToBytes,
  bytesToArray,
  bytesToTensor,
  CHUNK_BYTES,
  type DType,
  float16ArrayToFloat32,
  lazyFromChunks,
  type LazyTensor,
  lazyTensor,
  type ReadOptions,
  wholeElements,
} from "@samoyed/core";
import {
  type ConvWeights,
  convWeights,
  LANES,
  panelLayout,
  panelRows,
  type SmydWeight,
  unpackDepthwise,
  unpackPanel,
} from "@samoyed/runtime-smyd/file";
import type { VerifiedData } from "./verified-data.ts";

/** Smaller tensors are read at once, because shape inference looks into them: sizes, axes, pads. */
const MAX_SMALL_BYTES = 1024;

/**
 * A weight of a file as ONNX has it: in ONNX's order, and float32 where it was packed. It is read when asked for; a small
 * plain one at once.
 *
 * @throws FormatError here or from its reads, when its bytes do not have their hash.
 */
export async function unpackWeight(weight: SmydWeight, data: VerifiedData, reading: ReadOptions): Promise<LazyTensor> {
  const { name, shape, layout, storage } = weight;
  const what = `weight ${JSON.stringify(name)}`;
  if (layout !== "plain") {
    return lazyFromChunks({ name, dtype: "float32", shape }, (options) => unpacked(weight, data, options));
  }
  if (weight.byteLength > MAX_SMALL_BYTES) {
    return lazyFromChunks({ name, dtype: storage, shape }, (options) => data.chunks(weight, what, options));
  }
  return lazyTensor(name, bytesToTensor(await data.bytes(weight, what, reading), storage, shape));
}

async function* unpacked(weight: SmydWeight, data: VerifiedData, reading: ReadOptions): AsyncGenerator<Uint8Array> {
  const what = `weight ${JSON.stringify(weight.name)}`;
  const conv = convWeights(weight);
  const scales =
    weight.scale && bytesToArray(await data.bytes(weight.scale, `the scale of ${what}`, reading), "float32");
  const expand = expander(weight.storage, scales);
  if (weight.layout === "depthwise") {
    const lanes = Math.ceil(conv.outputs / LANES) * LANES;
    const packed = expand(await data.bytes(weight, what, reading), { first: 0, lanes });
    const rows = new Float32Array(conv.outputs * conv.height * conv.width);
    unpackDepthwise(packed, rows, conv);
    yield* inPieces(rows);
    return;
  }
  const row = conv.groupInputs * conv.height * conv.width;
  const pieces = panels(data.chunks(weight, what, reading), { conv, expand, bytes: weight.byteLength });
  if (weight.layout === "panel8") {
    for await (const rows of pieces) yield arrayToBytes(rows);
    return;
  }
  const matrix = new Float32Array(conv.outputs * row);
  let first = 0;
  for await (const rows of pieces) {
    const count = rows.length / row;
    for (let input = 0; input < row; input++) {
      for (let lane = 0; lane < count; lane++) {
        matrix[input * conv.outputs + first + lane] = rows[lane * row + input]!;
      }
    }
    first += count;
  }
  yield* inPieces(matrix);
}

/** Values from stored bytes, whose last axis is `lanes` output channels from `first` on. */
type Expand = (bytes: Uint8Array, channels: { readonly first: number; readonly lanes: number }) => Float32Array;

/** The output channels of as many panels as come at a time, in ONNX's order. */
async function* panels(
  chunks: AsyncIterable<Uint8Array>,
  { conv, expand, bytes }: { readonly conv: ConvWeights; readonly expand: Expand; readonly bytes: number },
): AsyncGenerator<Float32Array> {
  const layout = panelLayout(conv);
  const panelBytes = bytes / layout.panels;
  const row = conv.groupInputs * conv.height * conv.width;
  let panel = 0;
  for await (const chunk of wholeElements(chunks, panelBytes)) {
    const begin = panelRows(layout, panel).first;
    const end = panel + chunk.byteLength / panelBytes;
    const last = panelRows(layout, end - 1);
    const rows = new Float32Array((last.first + last.count - begin) * row);
    for (let offset = 0; panel < end; panel++, offset += panelBytes) {
      const { first, count } = panelRows(layout, panel);
      const values = expand(chunk.subarray(offset, offset + panelBytes), { first, lanes: LANES });
      unpackPanel(values, rows.subarray((first - begin) * row, (first + count - begin) * row), conv);
    }
    yield rows;
  }
}

/** What turns stored bytes into float32; channels beyond the last have no scale, and are zero. */
function expander(storage: DType, scales: Float32Array | undefined): Expand {
  if (storage === "float16") return (bytes) => float16ArrayToFloat32(bytesToArray(bytes, "float16"));
  if (scales === undefined) return (bytes) => bytesToArray(bytes, "float32");
  return (bytes, { first, lanes }) => {
    const quantized = bytesToArray(bytes, "int8");
    const values = new Float32Array(quantized.length);
    for (let i = 0; i < values.length; i++) values[i] = quantized[i]! * (scales[first + (i % lanes)] ?? 0);
    return values;
  };
}

function* inPieces(values: Float32Array): Generator<Uint8Array> {
  const bytes = arrayToBytes(values);
  for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) yield bytes.subarray(start, start + CHUNK_BYTES);
}
