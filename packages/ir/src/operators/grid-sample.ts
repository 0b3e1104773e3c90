import { readInt, readString } from "../attributes.ts";
import { sizesDiffer } from "../compare-dims.ts";
import { nodeFormatError } from "../node-errors.ts";
import type { Node, TypedTensor, ValueType } from "../types.ts";
import { type InferCall, inputError, inputType, requireFloat, type RuleTable } from "./rule.ts";

/** What a GridSample reads between pixels, and beyond the image. */
export interface GridSampling {
  readonly mode: "linear" | "nearest" | "cubic";
  readonly padding: "zeros" | "border" | "reflection";
  readonly alignCorners: boolean;
}

/** Operator set 20 renamed two of the modes. */
const MODES: ReadonlyMap<string, GridSampling["mode"]> = new Map([
  ["bilinear", "linear"],
  ["linear", "linear"],
  ["nearest", "nearest"],
  ["bicubic", "cubic"],
  ["cubic", "cubic"],
]);

const PADDINGS = ["zeros", "border", "reflection"] as const;

/**
 * Reads the attributes of a GridSample.
 *
 * @throws FormatError for a mode or a padding that ONNX does not have.
 */
export function readGridSampling(node: Node<TypedTensor>): GridSampling {
  const modeText = readString(node, "mode", "linear");
  const mode = MODES.get(modeText);
  const paddingText = readString(node, "padding_mode", "zeros");
  const padding = PADDINGS.find((name) => name === paddingText);
  if (mode === undefined || padding === undefined) {
    throw nodeFormatError(node, `it has the mode "${modeText}" and the padding "${paddingText}", one of them unknown`);
  }
  return { mode, padding, alignCorners: readInt(node, "align_corners", 0) !== 0 };
}

function inferGridSample(call: InferCall): readonly ValueType[] {
  const [x, grid] = [inputType(call, 0), inputType(call, 1)];
  requireFloat(call, 1);
  readGridSampling(call.node);
  const rank = x.shape.length;
  if (rank < 3 || (call.opset < 20 && rank !== 4)) {
    throw inputError(call, 0, call.opset < 20 ? "[N, C, H, W]" : "at least 3 axes [N, C, …]");
  }
  const fits =
    grid.shape.length === rank &&
    !sizesDiffer(grid.shape[0], x.shape[0]) &&
    !sizesDiffer(grid.shape[rank - 1], rank - 2);
  if (!fits) throw inputError(call, 1, `[${x.shape[0]}, …, ${rank - 2}], a position for each pixel`);
  return [{ dtype: x.dtype, shape: [x.shape[0]!, x.shape[1]!, ...grid.shape.slice(1, -1)] }];
}

/** Reading images at computed positions (onnx/docs/Operators.md, GridSample). */
export const GRID_SAMPLE: RuleTable = {
  GridSample: {
    since: 16,
    inputs: [2, 2],
    attributes: { align_corners: "int", mode: "string", padding_mode: "string" },
    infer: inferGridSample,
  },
};
