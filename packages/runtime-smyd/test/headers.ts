import { lazyFromChunks, type LazyTensor } from "@samoyed/core";
import { dropIdentities, foldBatchNorm, foldConstants, rewriteGraph } from "@samoyed/graph";
import { architectures, buildModel, modelParameters } from "@samoyed/models";
import { encodeGraph } from "../../format-smyd/src/encode-graph.ts";
import { encodeHeader } from "../../format-smyd/src/encode-header.ts";
import { planWeights } from "../../format-smyd/src/weight-records.ts";
import { layOutData, LENGTH_BYTES, parseSmydHeader, type SmydFile } from "@samoyed/smyd-file";

/** A tensor that nobody may read. */
function unreadable(name: string, info: Pick<LazyTensor, "dtype" | "shape">): LazyTensor {
  return lazyFromChunks({ name, ...info }, () => {
    throw new Error(`${name} is read`);
  });
}

/** The header of a published network's file, made without any weights. */
export function headerOf(name: string): SmydFile {
  const architecture = architectures().get(name)!;
  const numClasses = 1000;
  const tensors = new Map(
    Array.from(modelParameters(architecture, { numClasses }), ([key, info]) => [key, unreadable(key, info)]),
  );
  const built = buildModel({ architecture, numClasses, tensors, inputSize: [3, 224, 224] });
  const { graph } = rewriteGraph(built, [foldConstants, dropIdentities, foldBatchNorm]);
  const planned = planWeights(graph, "float32");
  const placed = layOutData(planned.map(({ record }) => record));
  const { bytes } = encodeHeader({ graph: encodeGraph(graph, planned), contract: undefined, placed });
  return parseSmydHeader(bytes.subarray(LENGTH_BYTES), name);
}
