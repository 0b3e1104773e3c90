import { elementCount, lazyTensor } from "@samoyed/core";
import { isKnown, shapeSlice } from "@samoyed/ir";
import { constantOf, type Emitter } from "../emitter.ts";
import { typeAttr } from "../tf-graph.ts";
import { FROM_LAST } from "../value.ts";
import { inputOf, type Lower, type LowerTable, onlyOutput, unsupported } from "./operator.ts";

const INT = { T: typeAttr("int32") };

/** A known vector or number of sizes. */
function giveKnown(output: string, sizes: readonly number[], shape: readonly number[], emitter: Emitter): void {
  const data = BigInt64Array.from(sizes, BigInt);
  emitter.alias(output, constantOf(lazyTensor(output, { dtype: "int64", shape, data })));
}

/** A value's sizes, in ONNX's order: a constant where they are known. */
const lowerShape: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const x = inputOf(node, 0, emitter);
  const axes = shapeSlice({ node }, [...x.shape.keys()]);
  const sizes = axes.map((axis) => x.shape[axis]!);
  if (sizes.every((size) => typeof size === "number")) {
    giveKnown(output, sizes, [sizes.length], emitter);
    return;
  }
  const hint = `${emitter.nameOf(output)}/shape`;
  let shape = emitter.emit("Shape", [x.kind === "constant" ? emitter.plain(x) : x.ref], { hint });
  if (x.kind === "computed" && x.layout === "last") {
    shape = emitter.emit("GatherV2", [shape, emitter.ints(FROM_LAST), emitter.scalar(0)], { hint });
  }
  const range = [shape, emitter.ints([axes[0] ?? 0]), emitter.ints([sizes.length])];
  emitter.give(output, "Slice", range, { layout: "plain", attr: INT });
};

/** The number of elements. */
const lowerSize: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const x = inputOf(node, 0, emitter);
  if (isKnown(x.shape)) {
    giveKnown(output, [elementCount(x.shape)], [], emitter);
    return;
  }
  const hint = `${emitter.nameOf(output)}/shape`;
  const shape = emitter.emit("Shape", [x.kind === "constant" ? emitter.plain(x) : x.ref], { hint });
  const attr = { ...INT, keep_dims: { b: false } };
  emitter.give(output, "Prod", [shape, emitter.ints([0])], { layout: "plain", attr });
};

/** Numbers from a start to a limit: TensorFlow.js adds the step again and again, which loses digits of floats. */
const lowerRange: Lower = async (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const bounds = [0, 1, 2].map((index) => inputOf(node, index, emitter));
  const lists = await Promise.all(bounds.map((value) => emitter.numbers(value)));
  const [start, limit, delta] = lists.map((list) => list?.[0]);
  const dtype = bounds[0]!.dtype === "float32" ? "float32" : "int32";
  if (start !== undefined && limit !== undefined && delta !== undefined) {
    const count = Math.max(0, Math.ceil((limit - start) / delta));
    if (count === 0) throw unsupported(node, "gives an empty tensor");
    const numbers = Array.from({ length: count }, (_, index) => start + index * delta);
    emitter.give(output, "Identity", [emitter.constant(dtype, numbers)], { layout: "plain" });
    return;
  }
  if (dtype === "float32") throw unsupported(node, "has bounds of float32 that are no constants");
  const inputs = bounds.map((value) => emitter.plain(value));
  emitter.give(output, "Range", inputs, { layout: "plain", attr: { Tidx: typeAttr("int32") } });
};

/** Sizes, and numbers that depend on them. */
export const SIZES: LowerTable = { Range: lowerRange, Shape: lowerShape, Size: lowerSize };
