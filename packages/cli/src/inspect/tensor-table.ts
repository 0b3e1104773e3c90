import { bytesPerElement, elementCount, formatShape, type LazyTensor } from "@samoyed/core";
import type { TensorDescription } from "@samoyed/graph";
import { columns } from "../columns.ts";

/** Rows of the tensor table that are printed unless all are asked for. */
export const TENSORS_SHOWN = 12;

/** The bytes of all tensors together. */
export function byteLengthOf(tensors: readonly LazyTensor[]): number {
  return tensors.reduce((sum, { dtype, shape }) => sum + elementCount(shape) * bytesPerElement(dtype), 0);
}

/** Tensors with dtype and shape, one a line. */
export function tensorTable(tensors: readonly TensorDescription[], { all }: { readonly all: boolean }): string {
  const shown = all ? tensors : tensors.slice(0, TENSORS_SHOWN);
  const rows = shown.map(({ name, dtype, shape, layout }) => [
    `  ${name}`,
    dtype,
    formatShape(shape),
    ...(layout === undefined ? [] : [layout]),
  ]);
  const rest = tensors.length - shown.length;
  return `${columns(rows)}${rest > 0 ? `\n  … ${rest} more (--all)` : ""}`;
}
