import { lazyFromChunks, type LazyTensor } from "@samoyed/core";
import { outlineSmyd, type SmydOutline } from "@samoyed/format-smyd";
import { dropIdentities, foldBatchNorm, foldConstants, rewriteGraph } from "@samoyed/graph";
import { architectures, buildModel, modelParameters } from "@samoyed/models";

/** A tensor that may not be read. */
function unreadable(name: string, info: Pick<LazyTensor, "dtype" | "shape">): LazyTensor {
  return lazyFromChunks({ name, ...info }, () => {
    throw new Error(`${name} is read`);
  });
}

/** A published network as its file would describe it, made without any weights. */
export async function outlineOf(name: string): Promise<SmydOutline> {
  const architecture = architectures().get(name)!;
  const numClasses = 1000;
  const tensors = new Map(
    Array.from(modelParameters(architecture, { numClasses }), ([key, info]) => [key, unreadable(key, info)]),
  );
  const built = buildModel({ architecture, numClasses, tensors, inputSize: [3, 224, 224] });
  return outlineSmyd(rewriteGraph(built, [foldConstants, dropIdentities, foldBatchNorm]).graph);
}
