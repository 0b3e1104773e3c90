import { InternalError, lazyFromChunks, type LazyTensor } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import { buildModel } from "./build-model.ts";
import type { Architecture } from "./family.ts";
import { type GraphDifference, graphDifferences } from "./graph-differences.ts";
import type { TensorType } from "./parameter.ts";

/** An architecture with a state dict's tensors, by timm's name without a tag. */
export interface NamedArchitecture {
  readonly name: string;
  readonly architecture: Architecture;
}

/** Most architectures of which a graph is built. */
const MOST = 8;

function unread(name: string, { dtype, shape }: TensorType): LazyTensor {
  return lazyFromChunks({ name, dtype, shape }, () => {
    throw new InternalError(`${name} was read: graphs are compared without weights`);
  });
}

function describe({ setting, values: [own, other] }: GraphDifference): string {
  return `${setting} ${own} / ${other}`;
}

/**
 * Says in sentences what other networks with the same tensors compute otherwise than the one that is assumed, computed
 * from their graphs; at most eight are compared. Those that compute the same are left out.
 */
export function describeAlternatives(
  { name, architecture }: NamedArchitecture,
  alternatives: readonly NamedArchitecture[],
  { tensors, numClasses }: { readonly tensors: ReadonlyMap<string, TensorType>; readonly numClasses: number },
): readonly string[] {
  if (alternatives.length === 0) return [];
  const lazy = new Map([...tensors].map(([key, type]) => [key, unread(key, type)]));
  const graphOf = (other: Architecture): Graph => buildModel({ architecture: other, numClasses, tensors: lazy });
  const own = graphOf(architecture);
  const names = new Map<string, string[]>();
  for (const other of alternatives.slice(0, MOST)) {
    const differences = graphDifferences(own, graphOf(other.architecture)).map(describe).join("; ");
    if (differences === "") continue;
    names.set(differences, [...(names.get(differences) ?? []), other.name]);
  }
  return [...names].map(([differences, others]) => {
    return `${name} / ${others.join(", ")}: ${differences}. --model NAME decides.`;
  });
}
