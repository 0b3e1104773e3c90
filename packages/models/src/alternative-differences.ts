import { InternalError, lazyFromChunks, type LazyTensor } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import { buildModel } from "./build-model.ts";
import { catalogueFamily } from "./catalogue/catalogue-family.ts";
import type { Architecture } from "./family.ts";
import { graphDifferences } from "./graph-differences.ts";
import type { NamedArchitecture } from "./network-assumptions.ts";
import type { TensorType } from "./parameter.ts";

/** Most architectures of which a graph is built. */
const MOST = 8;

function unread(name: string, { dtype, shape }: TensorType): LazyTensor {
  return lazyFromChunks({ name, dtype, shape }, () => {
    throw new InternalError(`${name} was read: graphs are compared without weights`);
  });
}

/**
 * What other networks with the same tensors compute otherwise than the one that is assumed, by name and in a phrase, the
 * assumed network's value first: `activation GELU (32) / sigmoid (32)`. Computed from their graphs, of the first eight;
 * empty where the graphs are the same. Networks that are code, whose settings say it all, are not compared.
 */
export function alternativeDifferences(
  { architecture }: Pick<NamedArchitecture, "architecture">,
  alternatives: readonly NamedArchitecture[],
  { tensors, numClasses }: { readonly tensors: ReadonlyMap<string, TensorType>; readonly numClasses: number },
): ReadonlyMap<string, string> {
  // The settings of a network that is code are all that tensors do not show; those of one that is data are some of it.
  const compared = alternatives.filter((other) => other.architecture.family === catalogueFamily.name).slice(0, MOST);
  if (compared.length === 0) return new Map();
  const lazy = new Map([...tensors].map(([key, type]) => [key, unread(key, type)]));
  const graphOf = (other: Architecture): Graph => buildModel({ architecture: other, numClasses, tensors: lazy });
  const own = graphOf(architecture);
  return new Map(
    compared.map((other) => {
      const differences = graphDifferences(own, graphOf(other.architecture));
      return [other.name, differences.map(({ setting, values }) => `${setting} ${values.join(" / ")}`).join("; ")];
    }),
  );
}
