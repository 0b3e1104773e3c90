import { architectureProfile, type StateOf } from "./architecture-profile.ts";
import { catalogueFamily } from "./catalogue/catalogue-family.ts";
import { graphDifferences } from "./graph-differences.ts";
import type { NamedArchitecture } from "./network-assumptions.ts";

/** Most architectures that are compared. */
const MOST = 8;

/**
 * What other networks with the same tensors compute otherwise than the one that is assumed, by name and in a phrase, the
 * assumed network's value first: `activation GELU (32) / sigmoid (32)`. By the profiles of their graphs, of the first eight;
 * empty where the profiles are the same. Networks that are code, whose settings say it all, are not compared.
 */
export function alternativeDifferences(
  { architecture }: Pick<NamedArchitecture, "architecture">,
  alternatives: readonly NamedArchitecture[],
  state: StateOf,
): ReadonlyMap<string, string> {
  // The settings of a network that is code are all that tensors do not show; those of one that is data are some of it.
  const compared = alternatives.filter((other) => other.architecture.family === catalogueFamily.name).slice(0, MOST);
  if (compared.length === 0) return new Map();
  const own = architectureProfile(architecture, state);
  return new Map(
    compared.map((other) => {
      const differences = graphDifferences(own, architectureProfile(other.architecture, state));
      return [other.name, differences.map(({ setting, values }) => `${setting} ${values.join(" / ")}`).join("; ")];
    }),
  );
}
