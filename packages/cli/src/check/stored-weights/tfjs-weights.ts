import { elementCount, MismatchError, type Shape } from "@samoyed/core";
import type { WeightsDigest } from "@samoyed/golden";
import { readModel, readWeights } from "@samoyed/tfjs-file";
import { filesInNode } from "@samoyed/tfjs-file/node";
import { isParameter } from "./is-parameter.ts";
import { type FilterPart, restoreFilter } from "./restore-filter.ts";

/** The parts of a grouped convolution's filter follow one another as NAME/group, NAME/group_1, …. */
const PART = /\/group(?:_\d+)?$/;

/**
 * Adds the weights of a TensorFlow.js model to a digest, dequantised as engines are given them and in PyTorch's order.
 *
 * @param shapes PyTorch's, of the checkpoint; biases that were made by folding are not in it.
 * @throws MismatchError when a weight does not have the checkpoint's shape.
 */
export async function addTfjsWeights(
  artifact: string,
  options: {
    readonly digest: WeightsDigest;
    readonly shapes: ReadonlyMap<string, Shape>;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { digest, shapes, signal } = options;
  let name = "";
  let parts: FilterPart[] = [];
  const flush = async (): Promise<void> => {
    if (parts.length > 0) await digest.add(name, restored(parts, { name, shape: shapes.get(name) }));
    parts = [];
  };
  const files = await filesInNode(artifact);
  await readWeights(await readModel(files, signal), {
    files,
    signal,
    async take(entry, values) {
      const own = entry.name.replace(PART, "");
      if (own !== name) await flush();
      name = own;
      if (isParameter(own) && values instanceof Float32Array) parts.push({ shape: entry.shape, values });
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
