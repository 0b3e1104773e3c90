import { classifierOf, countClasses, modelParameters } from "./architecture.ts";
import { parameterDifferences } from "./differences.ts";
import type { Architecture } from "./family.ts";
import type { TensorType } from "./parameter.ts";

/** The number of classes with which a state dict is an architecture's, tensor by tensor; `undefined` if it is not. */
export function fitArchitecture(
  architecture: Architecture,
  tensors: ReadonlyMap<string, TensorType>,
): number | undefined {
  const numClasses = countClasses(classifierOf(architecture), tensors);
  const differences = parameterDifferences(modelParameters(architecture, { numClasses }), tensors);
  return differences.length === 0 ? numClasses : undefined;
}
