import { bytesToTensor, type DType, type Tensor } from "@samoyed/core";

const DTYPES: Readonly<Record<string, DType>> = { F16: "float16", F32: "float32", F64: "float64", I64: "int64" };

/** The tensors of a safetensors file that the oracle wrote. */
export function readSafetensors(bytes: Uint8Array): ReadonlyMap<string, Tensor> {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<
    string,
    { readonly dtype: string; readonly shape: readonly number[]; readonly data_offsets: readonly [number, number] }
  >;
  return new Map(
    Object.entries(header).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [start, end],
        },
      ]) => [name, bytesToTensor(bytes.slice(8 + length + start, 8 + length + end), DTYPES[dtype]!, shape)],
    ),
  );
}
