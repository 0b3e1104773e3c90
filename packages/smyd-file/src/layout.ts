/** Output channels covered by one panel of weights and by one step of the micro-kernel. */
export const LANES = 8;

/** A convolution's weights in ONNX's terms: [outputs, inputs / groups, height, width]. A linear layer is 1×1 with one group. */
export interface ConvWeights {
  readonly outputs: number;
  /** Input channels of one group. */
  readonly groupInputs: number;
  readonly height: number;
  readonly width: number;
  readonly groups: number;
}

/** Division of a convolution's weights into panels in the layout `panel8`. */
export interface PanelLayout {
  /** Neighboring groups that share one panel, block-diagonally; 1 if each group fills its own panels. */
  readonly merged: number;
  /** Groups after merging, and each one's input and output channels. */
  readonly groups: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly panelsPerGroup: number;
  readonly panels: number;
  /** Steps of one panel: height · width · inputs; a panel is [height][width][inputs][LANES]. */
  readonly depth: number;
}

/** The panels of a convolution's weights: a pure function of their shape, so files do not store it. */
export function panelLayout({ outputs, groupInputs, height, width, groups }: ConvWeights): PanelLayout {
  const groupOutputs = outputs / groups;
  const merged = largestDivisor(groups, Math.floor(LANES / groupOutputs));
  const mergedOutputs = merged * groupOutputs;
  const mergedGroups = groups / merged;
  const panelsPerGroup = Math.ceil(mergedOutputs / LANES);
  const inputs = merged * groupInputs;
  return {
    merged,
    groups: mergedGroups,
    inputs,
    outputs: mergedOutputs,
    panelsPerGroup,
    panels: panelsPerGroup * mergedGroups,
    depth: height * width * inputs,
  };
}

/** The largest divisor of a number that is no greater than `limit`; at least 1. */
function largestDivisor(value: number, limit: number): number {
  for (let divisor = Math.min(limit, value); divisor > 1; divisor -= 1) {
    if (value % divisor === 0) return divisor;
  }
  return 1;
}
