import { type Assumption, describeAlternatives } from "@samoyed/models";
import { paint, type Terminal } from "./terminal.ts";

/** What a setting was taken from, in a word for the left column. */
const ORIGINS: Readonly<Record<Assumption["origin"], string>> = {
  given: "given",
  file: "file says",
  published: "as published",
  assumed: "assumed",
};

const ORDER = ["given", "file", "published", "assumed"] as const;

function valueText({ setting, value }: Assumption): string {
  return setting === "preprocessing" ? value : `${setting} ${value}`;
}

/** Settings of one origin that the same thing says, or the same option changes, in one row. */
function groupsOf(assumptions: readonly Assumption[]): readonly (readonly Assumption[])[] {
  const groups = new Map<string, Assumption[]>();
  for (const assumption of assumptions) {
    const { origin, source = "", alternatives } = assumption;
    const options = alternatives.map(({ option }) => option.split(" ")[0]).join(" ");
    const key = origin === "assumed" ? `${options} ${assumption.setting === "preprocessing" ? "images" : ""}` : source;
    groups.set(`${origin} ${key}`, [...(groups.get(`${origin} ${key}`) ?? []), assumption]);
  }
  return [...groups.values()];
}

/** What the tensors of a checkpoint do not show, with what it was taken from, as rows of a report. */
export function assumptionRows(assumptions: readonly Assumption[], terminal: Terminal): string[][] {
  const sorted = ORDER.flatMap((origin) => assumptions.filter((assumption) => assumption.origin === origin));
  return groupsOf(sorted).map((group) => {
    const { origin, source } = group[0]!;
    const values = group.map(valueText).join(", ");
    if (origin !== "assumed") return [ORIGINS[origin], source === undefined ? values : `${values} (${source})`];
    const otherwise = describeAlternatives(group.flatMap(({ alternatives }) => alternatives));
    const text = otherwise === "" ? values : `${values}; otherwise ${otherwise}`;
    return [paint(terminal, "yellow", ORIGINS.assumed), text];
  });
}
