import { type ConvWeights, LANES, type PanelLayout, panelLayout } from "./layout.ts";

/** The element arrays of a panel: float32, float16 as bits, int8. */
export type PanelArray = Float32Array | Uint16Array | Int8Array;

/** The output channels in one panel. */
export interface PanelRows {
  readonly first: number;
  /** At most `LANES`; the lanes beyond are zero. */
  readonly count: number;
}

/** The output channels of a panel. Panels follow one another in the order of output channels. */
export function panelRows({ outputs, panelsPerGroup }: PanelLayout, panel: number): PanelRows {
  const within = (panel % panelsPerGroup) * LANES;
  return {
    first: Math.floor(panel / panelsPerGroup) * outputs + within,
    count: Math.min(LANES, outputs - within),
  };
}

/**
 * Packs one panel.
 *
 * @param rows the weights of the panel's output channels in ONNX's order: [count, I/g, KH, KW].
 * @param panel [KH, KW, inputs, LANES], `panelLayout(conv).depth * LANES` elements; all are written.
 */
export function packPanel<T extends PanelArray>(rows: T, panel: T, conv: ConvWeights): void {
  const place = panelPlace(conv);
  const count = rows.length / place.row;
  if (count < LANES || place.merged > 1) panel.fill(0);
  if (count === LANES && place.merged === 1) {
    packWhole(rows, panel, place);
    return;
  }
  for (let lane = 0; lane < count; lane++) {
    const { base, step } = laneOf(lane, place);
    const start = lane * place.row;
    for (let tap = 0; tap < place.taps; tap++) {
      for (let input = 0; input < place.groupInputs; input++) {
        panel[base + tap * step + input * LANES] = rows[start + input * place.taps + tap]!;
      }
    }
  }
}

/**
 * Unpacks one panel: the inverse of `packPanel`. Elements off the blocks and in unused lanes are ignored.
 *
 * @param rows as many output channels as the panel has.
 */
export function unpackPanel<T extends PanelArray>(panel: T, rows: T, conv: ConvWeights): void {
  const place = panelPlace(conv);
  const count = rows.length / place.row;
  for (let lane = 0; lane < count; lane++) {
    const { base, step } = laneOf(lane, place);
    const start = lane * place.row;
    for (let tap = 0; tap < place.taps; tap++) {
      for (let input = 0; input < place.groupInputs; input++) {
        rows[start + input * place.taps + tap] = panel[base + tap * step + input * LANES]!;
      }
    }
  }
}

interface PanelPlace {
  readonly taps: number;
  readonly groupInputs: number;
  readonly groupOutputs: number;
  readonly merged: number;
  /** Input channels of a panel. */
  readonly inputs: number;
  /** Elements of one output channel in ONNX's order. */
  readonly row: number;
}

function panelPlace(conv: ConvWeights): PanelPlace {
  const { merged, inputs } = panelLayout(conv);
  const taps = conv.height * conv.width;
  const { groupInputs, groups, outputs } = conv;
  return { taps, groupInputs, groupOutputs: outputs / groups, merged, inputs, row: taps * groupInputs };
}

/** The offset of a lane's first weight, and the distance to the next tap's. */
function laneOf(
  lane: number,
  { merged, groupInputs, groupOutputs, inputs }: PanelPlace,
): { readonly base: number; readonly step: number } {
  const group = merged === 1 ? 0 : Math.floor(lane / groupOutputs);
  return { base: group * groupInputs * LANES + lane, step: inputs * LANES };
}

/** Eight output channels of one group: nearly all panels. Written in order, from eight rows at once. */
function packWhole(rows: PanelArray, panel: PanelArray, { taps, groupInputs, row }: PanelPlace): void {
  let to = 0;
  for (let tap = 0; tap < taps; tap++) {
    for (let from = tap; from < tap + groupInputs * taps; from += taps) {
      panel[to] = rows[from]!;
      panel[to + 1] = rows[from + row]!;
      panel[to + 2] = rows[from + 2 * row]!;
      panel[to + 3] = rows[from + 3 * row]!;
      panel[to + 4] = rows[from + 4 * row]!;
      panel[to + 5] = rows[from + 5 * row]!;
      panel[to + 6] = rows[from + 6 * row]!;
      panel[to + 7] = rows[from + 7 * row]!;
      to += LANES;
    }
  }
}

/**
 * Packs depthwise weights.
 *
 * @param weights in ONNX's order: [C, 1, KH, KW].
 * @param packed [KH, KW, C rounded up to LANES]; all elements are written.
 */
export function packDepthwise<T extends PanelArray>(
  weights: T,
  packed: T,
  { outputs, height, width }: ConvWeights,
): void {
  const taps = height * width;
  const channels = packed.length / taps;
  packed.fill(0);
  for (let channel = 0; channel < outputs; channel++) {
    for (let tap = 0; tap < taps; tap++) packed[tap * channels + channel] = weights[channel * taps + tap]!;
  }
}

/** Unpacks depthwise weights: the inverse of `packDepthwise`. */
export function unpackDepthwise<T extends PanelArray>(
  packed: T,
  weights: T,
  { outputs, height, width }: ConvWeights,
): void {
  const taps = height * width;
  const channels = packed.length / taps;
  for (let channel = 0; channel < outputs; channel++) {
    for (let tap = 0; tap < taps; tap++) weights[channel * taps + tap] = packed[tap * channels + channel]!;
  }
}
