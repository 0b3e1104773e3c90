import type { DType } from "./dtype.ts";
import { DTYPES } from "./safetensors-header.ts";

/** The safetensors names of dtypes; complex dtypes other than complex64 have none. */
export const SAFETENSORS_DTYPES: ReadonlyMap<DType, string> = new Map(
  [...DTYPES].map(([name, dtype]) => [dtype, name]),
);
