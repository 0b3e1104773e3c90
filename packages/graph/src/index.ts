export {
  float,
  floats,
  int,
  ints,
  readAttribute,
  readFloat,
  readInt,
  readInts,
  readString,
  string,
  tensorAttribute,
} from "./attributes.ts";
export { createBuilder, type GraphBuilder, type NodeOptions } from "./builder.ts";
export { inferShapes, MAX_DIM, MAX_RANK } from "./infer.ts";
export type { Attribute, Dim, Graph, Node, ValueInfo } from "./ir.ts";
export { dtypeFromOnnx, dtypeToOnnx } from "./onnx-dtype.ts";
export { MAX_NODES, MAX_OPSET, MIN_OPSET, verifyGraph } from "./verify.ts";
export { interpret, INTERPRETED_OPERATORS, type InterpretOptions, MAX_INTERPRETED_ELEMENTS } from "./interpret.ts";
