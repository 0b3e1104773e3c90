import { elementCount, MismatchError, type ModelFiles, type Shape } from "@samoyed/core";
import type { ReadWeightsOptions } from "@samoyed/graph";
import { readModel, readWeights } from "@samoyed/tfjs-file";
import { type FilterPart, restoreFilter } from "./restore-filter.ts";

/** The parts of a grouped convolution's filter follow one another as NAME/group, NAME/group_1, …. */
const PART = /\/group(?:_\d+)?$/;

/**
 * Gives the weights of a TensorFlow.js model, dequantized as engines are given them and in PyTorch's order.
 *
 * @throws MismatchError when a weight does not have the checkpoint's shape.
 */
export async function readTfjsWeights(
  files: ModelFiles,
  { shapes, wanted, take, signal }: ReadWeightsOptions,
): Promise<void> {
  let name = "";
  let parts: FilterPart[] = [];
  const flush = async (): Promise<void> => {
    if (parts.length > 0) await take(name, restored(parts, { name, shape: shapes.get(name) }));
    parts = [];
  };
  await readWeights(await readModel(files, signal), {
    files,
    signal,
    async take(entry, values) {
      const own = entry.name.replace(PART, "");
      if (own !== name) await flush();
      name = own;
      if (wanted(own) && values instanceof Float32Array) parts.push({ shape: entry.shape, values });
    },
  });
  await flush();
}

function restored(
  parts: readonly FilterPart[],
  { name, shape }: { readonly name: string; readonly shape: Shape | undefined },
): Float32Array {
  if (shape?.length === 4) return restoreFilter(parts, { name, shape });
  const [part] = parts;
  if (parts.length > 1 || (shape && elementCount(shape) !== part!.values.length)) {
    throw new MismatchError(`the weight ${name} comes in ${parts.length} parts of ${part!.values.length} values`);
  }
  return part!.values;
}
