import { type GraphNode, producerOf } from "@samoyed/tfjs-file";

/** Operators whose four-axis result has the channels last. */
const WITH_IMAGES: ReadonlySet<string> = new Set([
  "Conv2D",
  "_FusedConv2D",
  "FusedConv2D",
  "FusedDepthwiseConv2dNative",
  "DepthwiseConv2dNative",
  "SamoyedGroupedConv2D",
  "Conv2DBackpropInput",
  "MaxPool",
  "AvgPool",
  "FusedBatchNormV3",
  "ResizeBilinear",
  "ResizeNearestNeighbor",
]);

/** Operators whose result has the axes of an input, and the index of that input. */
const PASSING: ReadonlyMap<string, number> = new Map([
  ...["Identity", "BiasAdd", "Relu", "Relu6", "LeakyRelu", "Elu", "Sigmoid", "Tanh", "Neg", "Exp", "Sqrt", "Rsqrt"].map(
    (op) => [op, 0] as const,
  ),
  ...[
    "Abs",
    "Cast",
    "Pad",
    "PadV2",
    "MirrorPad",
    "StridedSlice",
    "Slice",
    "ConcatV2",
    "ClipByValue",
    "Prelu",
    "Erf",
  ].map((op) => [op, 0] as const),
  ...["Square", "Floor", "Log", "Softmax", "Softplus", "Mean", "Max", "Min", "Sum", "Selu"].map(
    (op) => [op, 0] as const,
  ),
  ["Split", 1],
]);

/** Elementwise operators: if one operand is an image, so is the result. */
const ELEMENTWISE: ReadonlySet<string> = new Set([
  "Add",
  "AddV2",
  "AddN",
  "Sub",
  "Mul",
  "Div",
  "RealDiv",
  "Maximum",
  "Minimum",
  "Pow",
  "SquaredDifference",
  "SelectV2",
]);

/**
 * Whether the value of a node, if it has four axes, has the channels last: derived from the operators that compute it.
 *
 * @param inputsLast whether the model's inputs have them last.
 */
export function hasChannelsLast(
  name: string,
  {
    nodes,
    constant,
    inputsLast,
  }: {
    readonly nodes: ReadonlyMap<string, GraphNode>;
    /** Reads the elements of a small constant. */
    readonly constant: (name: string) => readonly number[] | undefined;
    readonly inputsLast: boolean;
  },
): boolean {
  const seen = new Set<string>();
  const visit = (current: string): boolean => {
    const node = nodes.get(current);
    if (node === undefined || seen.has(current)) return false;
    seen.add(current);
    const inputs = (node.input ?? []).map(producerOf);
    if (WITH_IMAGES.has(node.op)) return true;
    if (node.op.startsWith("Placeholder")) return inputsLast;
    if (node.op === "Transpose") {
      const order = constant(inputs[1]!)?.join();
      if (order === "0,2,3,1") return !visit(inputs[0]!);
      return order !== "0,3,1,2" && visit(inputs[0]!);
    }
    if (ELEMENTWISE.has(node.op)) return inputs.some(visit);
    const passed = PASSING.get(node.op);
    return passed !== undefined && visit(inputs[passed]!);
  };
  return visit(name);
}
