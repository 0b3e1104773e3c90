import { architectureProfile, type StateOf } from "./architecture-profile.ts";
import { graphDifferences } from "./graph-differences.ts";
import { type NamedArchitecture, settingsOf } from "./network-assumptions.ts";

/** Most architectures that are compared. */
const MOST = 8;

/**
 * What other networks with the same tensors compute otherwise than the one that is assumed, by name and in a phrase, the
 * assumed network's value first: `activation GELU (32) / sigmoid (32)`. By the profiles of their graphs, of the first eight;
 * empty where the profiles are the same. Networks with settings, which say that themselves, are not compared.
 */
export function alternativeDifferences(
  { architecture }: Pick<NamedArchitecture, "architecture">,
  alternatives: readonly NamedArchitecture[],
  state: StateOf,
): ReadonlyMap<string, string> {
  const compared = alternatives.filter((other) => settingsOf(other.architecture).length === 0).slice(0, MOST);
  if (compared.length === 0) return new Map();
  const own = architectureProfile(architecture, state);
  return new Map(
    compared.map((other) => {
      const differences = graphDifferences(own, architectureProfile(other.architecture, state));
      return [other.name, differences.map(({ setting, values }) => `${setting} ${values.join(" / ")}`).join("; ")];
    }),
  );
}
