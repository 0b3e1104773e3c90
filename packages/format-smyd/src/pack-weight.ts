import {
  arrayToBytes,
  type LazyTensor,
  readTensor,
  type ReadOptions,
  ShapeError,
  tensorByteLength,
} from "@samoyed/core";
import {
  type ConvWeights,
  convWeights,
  LANES,
  packDepthwise,
  packPanel,
  panelLayout,
  panelRows,
  type WeightRecord,
} from "@samoyed/runtime-smyd/file";
import { channelColumns, channelRows } from "./channel-rows.ts";
import { channelScales, halvePacked, quantizePacked } from "./storage.ts";
import type { PlannedWeight } from "./weight-records.ts";

/** Where a tensor's bytes go, in order. They are taken before the promise resolves. */
export type Emit = (bytes: Uint8Array) => Promise<void>;

/**
 * Puts out the bytes of a weight's tensor, eight output channels at a time.
 *
 * @returns for int8 the scale of each output channel.
 * @throws ShapeError when the weight yields more or fewer bytes than its shape has.
 * @throws UnsupportedError when a value cannot be stored as asked.
 */
export async function packWeight(
  { weight, record }: PlannedWeight,
  { emit, reading }: { readonly emit: Emit; readonly reading: ReadOptions },
): Promise<Float32Array | undefined> {
  if (record.layout === "plain") {
    await copyTensor(weight, emit, reading);
    return undefined;
  }
  const conv = convWeights(record);
  const scales = record.storage === "int8" ? new Float32Array(conv.outputs) : undefined;
  if (record.layout === "depthwise") {
    const rows = (await readTensor(weight, reading)).data as Float32Array;
    if (scales !== undefined) channelScales(rows, scales, record.name);
    const lanes = Math.ceil(conv.outputs / LANES) * LANES;
    const packed = new Float32Array(conv.height * conv.width * lanes);
    packDepthwise(rows, packed, conv);
    await emit(encoder(packed, record)(scales));
    return scales;
  }
  const layout = panelLayout(conv);
  const panel = new Float32Array(layout.depth * LANES);
  const encode = encoder(panel, record);
  const plan = { row: conv.groupInputs * conv.height * conv.width, counts: panelCounts(conv) };
  const pieces =
    record.layout === "panel8" ? channelRows(weight, plan, reading) : channelColumns(weight, plan, reading);
  let first = 0;
  for await (const rows of pieces) {
    const count = rows.length / plan.row;
    const own = scales?.subarray(first, first + count);
    if (own !== undefined) channelScales(rows, own, record.name);
    packPanel(rows, panel, conv);
    await emit(encode(own));
    first += count;
  }
  return scales;
}

function* panelCounts(conv: ConvWeights): Generator<number> {
  const layout = panelLayout(conv);
  for (let panel = 0; panel < layout.panels; panel++) yield panelRows(layout, panel).count;
}

/** A function that gives what stands in `packed` as it is stored; its result is valid until the next call. */
function encoder(packed: Float32Array, { storage, name }: WeightRecord): (scales?: Float32Array) => Uint8Array {
  if (storage === "float16") {
    const halves = new Uint16Array(packed.length);
    return () => {
      halvePacked(packed, halves, name);
      return arrayToBytes(halves);
    };
  }
  if (storage === "int8") {
    const quantized = new Int8Array(packed.length);
    return (scales = new Float32Array()) => {
      const lanes = new Float32Array(Math.ceil(scales.length / LANES) * LANES).fill(1);
      lanes.set(scales);
      quantizePacked(packed, quantized, lanes);
      return arrayToBytes(quantized);
    };
  }
  return () => arrayToBytes(packed);
}

async function copyTensor(tensor: LazyTensor, emit: Emit, reading: ReadOptions): Promise<void> {
  const expected = tensorByteLength(tensor.dtype, tensor.shape);
  let count = 0;
  for await (const chunk of tensor.chunks(reading)) {
    count += chunk.byteLength;
    if (count > expected) break;
    await emit(chunk);
  }
  if (count !== expected) {
    throw new ShapeError(
      `tensor ${JSON.stringify(tensor.name)}: ${count}${count > expected ? " or more" : ""} bytes came; expected ${expected}`,
    );
  }
}
