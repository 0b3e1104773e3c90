import { type DType, type DTypeArrays, elementCount, isDType, type Tensor, UnsupportedError } from "@samoyed/core";
import type { Port } from "@samoyed/runtime";
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-web";

/** dtypes of onnxruntime's JavaScript tensors; they have the same names there. */
const ORT_DTYPES: readonly DType[] = [
  "float64",
  "float32",
  "float16",
  "int64",
  "int32",
  "int16",
  "int8",
  "uint64",
  "uint32",
  "uint16",
  "uint8",
  "bool",
];

/** Constructor of an engine's tensors. */
export type OrtTensorConstructor = new (
  type: OrtTensor.Type,
  data: OrtTensor.DataType,
  shape: readonly number[],
) => OrtTensor;

/**
 * Converts a tensor for the engine; it shares the memory.
 *
 * @throws UnsupportedError for a dtype that the engine's JavaScript API lacks (bfloat16, float8, complex).
 */
export function toOrt(tensor: Tensor, Constructor: OrtTensorConstructor): OrtTensor {
  if (!ORT_DTYPES.includes(tensor.dtype)) {
    throw new UnsupportedError(
      `onnxruntime takes no ${tensor.dtype} from JavaScript; expected ${ORT_DTYPES.join(", ")}`,
    );
  }
  // Where Float16Array exists, the constructor itself views a Uint16Array of bits as one.
  return new Constructor(tensor.dtype as OrtTensor.Type, tensor.data as OrtTensor.DataType, tensor.shape);
}

/**
 * Copies an engine's tensor, so that it does not change when the engine runs again.
 *
 * @throws UnsupportedError for strings and other element types that `Tensor` lacks.
 */
export function fromOrt(tensor: OrtTensor, name: string): Tensor {
  const dtype = dtypeOf(tensor.type, name);
  const { data } = tensor;
  if (!ArrayBuffer.isView(data))
    throw new UnsupportedError(`the value ${JSON.stringify(name)} does not contain numbers`);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  // float16 is a Float16Array if JavaScript has one; here it is bits (Uint16Array).
  const TypedArray = dtype === "float16" ? Uint16Array : (data.constructor as TypedArrayConstructor);
  return { dtype, shape: [...tensor.dims], data: new TypedArray(bytes.buffer, 0, elementCount(tensor.dims)) };
}

type TypedArrayConstructor = new (buffer: ArrayBuffer, offset: number, length: number) => DTypeArrays[DType];

/**
 * Reads the ports of a loaded model, with `?` for a size without a name.
 *
 * @throws UnsupportedError for a sequence, a map, an optional, or an element type that `Tensor` lacks.
 */
export function portsOf(metadata: readonly InferenceSession.ValueMetadata[]): Port[] {
  return metadata.map((value) => {
    if (!value.isTensor) {
      throw new UnsupportedError(`the value ${JSON.stringify(value.name)} is not a tensor; expected tensors only`);
    }
    return {
      name: value.name,
      dtype: dtypeOf(value.type, value.name),
      shape: value.shape.map((size) => (size === "" ? "?" : size)),
    };
  });
}

function dtypeOf(type: string, name: string): DType {
  if (isDType(type) && ORT_DTYPES.includes(type)) return type;
  throw new UnsupportedError(`the value ${JSON.stringify(name)} is of type ${type}; expected ${ORT_DTYPES.join(", ")}`);
}
