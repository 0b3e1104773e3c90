import { type DType, type LazyTensor, type Sink } from "@samoyed/core";
import { collectTensors, type WriteOptions } from "../tensor/write-tensors.ts";
import { type ArchiveWriter, archiveWriter } from "./archive-writer.ts";
import { SCALAR_TYPES, STRIDED } from "./export.ts";

/** An exported program to write. */
export interface ExportToWrite {
  /** The graph's JSON, as PyTorch 2.9 or later serializes it; written as it is. */
  readonly graph: Uint8Array;
  /** Parameters and persistent buffers, by their names in the state dict. */
  readonly stateDict: readonly LazyTensor[];
  /** Other buffers, and tensors created by the code. */
  readonly constants: readonly LazyTensor[];
}

/** Every dtype has one. */
const CODES: ReadonlyMap<DType, number> = new Map([...SCALAR_TYPES].map(([code, dtype]) => [dtype, code]));

/**
 * Writes a program like `torch.export.save` of PyTorch 2.9 or later, without the example inputs that
 * PyTorch's own loader asks for. Tensors stream, each with its own storage. The same program gives the same bytes. The
 * sink is not committed.
 *
 * @throws UsageError when two tensors of one kind have the same name.
 * @throws ShapeError when a tensor has more or fewer bytes than its shape says.
 */
export async function writeTorchExport(program: ExportToWrite, sink: Sink, options: WriteOptions = {}): Promise<void> {
  const archive = archiveWriter(sink, options);
  const encoder = new TextEncoder();
  await archive.record("archive_format", encoder.encode("pt2"));
  await archive.record("archive_version", encoder.encode("0"));
  await archive.record("byteorder", encoder.encode("little"));
  await archive.record("models/model.json", program.graph);
  await writePayloads(archive, { kind: "weights", file: "weight", tensors: program.stateDict });
  await writePayloads(archive, { kind: "constants", file: "tensor", tensors: program.constants });
  await archive.finish();
}

async function writePayloads(
  archive: ArchiveWriter,
  { kind, file, tensors }: { readonly kind: string; readonly file: string; readonly tensors: readonly LazyTensor[] },
): Promise<void> {
  const entries: [string, unknown][] = [];
  for (const [index, tensor] of collectTensors(tensors).entries()) {
    const path = `${file}_${index}`;
    await archive.tensor(`data/${kind}/${path}`, tensor);
    const tensor_meta = tensorMeta(tensor);
    entries.push([tensor.name, { path_name: path, is_param: false, use_pickle: false, tensor_meta }]);
  }
  const config = Object.fromEntries(entries);
  await archive.record(`data/${kind}/model_${kind}_config.json`, new TextEncoder().encode(JSON.stringify({ config })));
}

function integer(value: number): { readonly as_int: number } {
  return { as_int: value };
}

function tensorMeta({ dtype, shape }: LazyTensor): Readonly<Record<string, unknown>> {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  return {
    dtype: CODES.get(dtype)!,
    sizes: shape.map(integer),
    requires_grad: false,
    device: { type: "cpu", index: null },
    strides: strides.map(integer),
    storage_offset: integer(0),
    layout: STRIDED,
  };
}
