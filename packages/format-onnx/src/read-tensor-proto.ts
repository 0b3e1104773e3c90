import { memorySource, type ReadOptions, type Tensor, readTensor, UnsupportedError } from "@samoyed/core";
import { toLazyTensor } from "./tensor-data.ts";
import { readTensorRecord } from "./tensor-record.ts";
import { openWire } from "./wire.ts";

/** A tensor with its name in the file, which may be empty. */
export interface NamedTensor {
  readonly name: string;
  readonly tensor: Tensor;
}

/**
 * Reads a file of one `TensorProto`, such as the inputs and outputs of ONNX's test vectors.
 *
 * @throws FormatError when the bytes are not a `TensorProto`.
 * @throws UnsupportedError for strings, other types that Samoyed does not have, and external data.
 */
export async function readTensorProto(
  bytes: Uint8Array,
  options: ReadOptions & { label?: string } = {},
): Promise<NamedTensor> {
  const source = memorySource(bytes, options.label ?? "tensor");
  const wire = openWire(source, options);
  const record = await readTensorRecord(wire, wire.whole, "the tensor");
  if (record.external !== undefined) {
    throw new UnsupportedError(`${source.label}: the tensor's data is in another file`);
  }
  const place = { source, storage: record.storage, spans: record.spans };
  const lazy = await toLazyTensor(record.name, { record, place, options });
  return { name: record.name, tensor: await readTensor(lazy, options) };
}
