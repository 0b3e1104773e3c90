import type { GraphProfile } from "./graph-profile.ts";

/** A setting in which two graphs of the same tensors differ, and what each has. */
export interface GraphDifference {
  /** Such as `activation`, `epsilon`, `padding`, `pooling`. */
  readonly setting: string;
  readonly values: readonly [first: string, second: string];
}

/** A profile, to look values up. */
type Profile = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Most values of a setting in a message. */
const SHOWN = 3;

/** The values that are more frequent in one profile than in the other. */
function surplus(own: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): string {
  const more = [...own].filter(([value, times]) => times > (other.get(value) ?? 0));
  const shown = more.slice(0, SHOWN).map(([value, times]) => {
    const extra = times - (other.get(value) ?? 0);
    return extra === 1 ? value : `${value} (${extra})`;
  });
  return [...shown, ...(more.length > SHOWN ? ["…"] : [])].join(", ") || "none";
}

function counted(profile: GraphProfile): Profile {
  return new Map(profile.map(([setting, values]) => [setting, new Map(values)]));
}

/**
 * What two graphs of the same tensors compute otherwise, by their profiles, as far as operators and attributes tell; other
 * operators are a difference only where nothing else is.
 */
export function graphDifferences(first: GraphProfile, second: GraphProfile): readonly GraphDifference[] {
  const [a, b] = [counted(first), counted(second)];
  const none = new Map<string, number>();
  const differences = [...new Set([...a.keys(), ...b.keys()])].flatMap((setting): GraphDifference[] => {
    const [own, other] = [a.get(setting) ?? none, b.get(setting) ?? none];
    const values = [surplus(own, other), surplus(other, own)] as const;
    return values[0] === values[1] ? [] : [{ setting, values }];
  });
  const named = differences.filter(({ setting }) => setting !== "operators");
  return named.length > 0 ? named : differences;
}
