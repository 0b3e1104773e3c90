import {
  allocateBytes,
  arrayToBytes,
  bytesToArray,
  copyChunks,
  type LazyTensor,
  type ReadOptions,
  tensorByteLength,
} from "@samoyed/core";
import { untransposed } from "@samoyed/graph";
import {
  type ConvWeights,
  convWeights,
  packDepthwise,
  packPanel,
  type PanelArray,
  panelLayout,
  panelRows,
  storedArray,
  type WeightLayout,
  type WeightRecord,
} from "@samoyed/smyd-file";
import { channelColumns, channelRows, type RowsPlan } from "./channel-rows.ts";
import { type SmydWeights, storeRows } from "./storage.ts";
import type { PlannedWeight } from "./weight-records.ts";

/** Sink of a tensor's bytes, in order. They are taken before the promise resolves. */
export type Emit = (bytes: Uint8Array) => Promise<void>;

/**
 * Puts out the bytes of a weight's tensor, eight output channels at a time.
 *
 * @returns for int8 the scale of each output channel.
 * @throws ShapeError when the weight yields more or fewer bytes than its shape has.
 * @throws UnsupportedError when a value cannot be stored as asked.
 */
export async function packWeight(
  { weight, record, scales: given }: PlannedWeight,
  { emit, reading }: { readonly emit: Emit; readonly reading: ReadOptions },
): Promise<Float32Array | undefined> {
  if (record.layout === "plain") {
    await copyChunks(weight, emit, reading);
    return undefined;
  }
  const conv = convWeights(record);
  const row = conv.groupInputs * conv.height * conv.width;
  const scales = record.storage === "int8" ? new Float32Array(conv.outputs) : undefined;
  const counts = record.layout === "depthwise" ? [conv.outputs] : panelCounts(conv);
  const pieces = channels({ weight, layout: record.layout }, { row, counts }, reading);
  const pack = record.layout === "depthwise" ? packDepthwise : packPanel;
  const packed = allocate(record);
  let first = 0;
  for await (const rows of pieces) {
    const count = rows.length / row;
    const stored = storeRows(rows, {
      count,
      storage: record.storage as SmydWeights,
      name: record.name,
      scales: given?.subarray(first, first + count),
    });
    scales?.set(stored.scales!, first);
    pack(stored.values, packed, conv);
    await emit(arrayToBytes(packed));
    first += count;
  }
  return scales;
}

/** A weight by output channels, which a transposed one has as columns unless the file has them as rows. */
function channels(
  { weight, layout }: { readonly weight: LazyTensor; readonly layout: WeightLayout },
  plan: RowsPlan,
  reading: ReadOptions,
): AsyncGenerator<Float32Array> {
  if (layout !== "panel8-transposed") return channelRows(weight, plan, reading);
  const rows = untransposed(weight);
  return rows === undefined ? channelColumns(weight, plan, reading) : channelRows(rows, plan, reading);
}

/** An array for what is packed at a time: a panel, or all of a depthwise weight. */
function allocate(record: WeightRecord): PanelArray {
  const { dtype, shape } = storedArray(record);
  const panel = record.layout === "depthwise" ? shape : shape.slice(1);
  return bytesToArray(
    allocateBytes(tensorByteLength(dtype, panel), `weight ${JSON.stringify(record.name)}`),
    dtype,
  ) as PanelArray;
}

function* panelCounts(conv: ConvWeights): Generator<number> {
  const layout = panelLayout(conv);
  for (let panel = 0; panel < layout.panels; panel++) yield panelRows(layout, panel).count;
}
