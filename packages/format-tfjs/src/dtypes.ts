import { type DType, UnsupportedError } from "@samoyed/core";
import type { TfDType } from "./tf-graph.ts";

const DTYPES: Readonly<Partial<Record<DType, TfDType>>> = {
  float32: "float32",
  int32: "int32",
  int64: "int32",
  bool: "bool",
};

/**
 * The element type that represents one of ONNX's.
 *
 * @throws UnsupportedError for those that TensorFlow.js does not compute in.
 */
export function tfDType(dtype: DType, where: string): TfDType {
  const found = DTYPES[dtype];
  if (found === undefined) {
    throw new UnsupportedError(`${where} has elements of type ${dtype}, which TensorFlow.js does not compute with`, {
      hint: "Use float32, int32, int64 or bool.",
    });
  }
  return found;
}
