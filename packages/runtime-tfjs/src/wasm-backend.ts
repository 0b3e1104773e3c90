import type { DataType, KernelBackend, TensorInfo } from "@tensorflow/tfjs-core";

/** The used parts of the wasm backend (tfjs-backend-wasm 4.22.0, `backend_wasm.ts`). */
export interface WasmBackend extends KernelBackend {
  /** Allocates a tensor's memory, with any values. */
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  /** A view of the tensor's elements, until memory grows. */
  typedArrayFromHeap(info: TensorInfo): Float32Array;
}
