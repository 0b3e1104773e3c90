import type { DType, Shape, Tensor } from "@samoyed/core";
import { type Node, nodeFormatError } from "@samoyed/ir";

/** Element type and shape of a tensor at hand. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Arguments that the interpreter gives to an operator. */
export interface InterpretCall {
  readonly node: Node;
  readonly opset: number;
  readonly inputs: readonly (Tensor | undefined)[];
  /** Types that `infer` gives the outputs, now that all inputs are known. */
  readonly outputs: readonly TensorType[];
  /** The node's tensor attributes, already read. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * Computes one operator's outputs the slow and obvious way: in float64 from the inputs' exact values, then rounded once
 * to the output's type (`elements.ts`).
 */
export type Interpret = (call: InterpretCall) => readonly Tensor[];

/** Interpreters by ONNX operator. */
export type InterpreterTable = Readonly<Record<string, Interpret>>;

/**
 * A required input's tensor.
 *
 * @throws FormatError when it was omitted.
 */
export function inputTensor(call: InterpretCall, index: number): Tensor {
  const tensor = call.inputs[index];
  if (tensor === undefined) throw nodeFormatError(call.node, `input ${index} is missing`);
  return tensor;
}

/** The type of an output that `infer` has given. */
export function outputType(call: InterpretCall, index = 0): TensorType {
  const type = call.outputs[index];
  if (type === undefined) throw nodeFormatError(call.node, `output ${index} is missing`);
  return type;
}
