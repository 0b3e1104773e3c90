// ResNets are code and data: whether both ways compute the same.
import { canonicalize, dropIdentities, foldConstants, fusePad, rewriteGraph } from "@samoyed/graph";
import { architectures, buildModel, modelParameters, openCatalogue } from "@samoyed/models";
import { compareGraphs, seededState } from "./compare-graphs.mjs";

const CLASSES = 10;

/**
 * Compares the graph that a family's code builds with the catalogue's of the same name.
 *
 * @returns "structure" or "numbers", by what they are the same, or `undefined` where the name is not both.
 * @throws Error where they are not.
 */
export async function compareFamily(name) {
  const code = architectures().get(name);
  const data = code && (await (await openCatalogue()).load(name));
  if (data === undefined) return undefined;
  const tensors = seededState(modelParameters(code, { numClasses: CLASSES }));
  // One that is for one size gives it to both.
  const inputSize = data.file.graph.input.slice(1);
  const graphs = [code, data].map((architecture) => {
    const graph = buildModel({ architecture, numClasses: CLASSES, tensors, name, inputSize });
    return rewriteGraph(canonicalize(graph).graph, [foldConstants, dropIdentities, fusePad]).graph;
  });
  return compareGraphs(...graphs, tensors);
}
