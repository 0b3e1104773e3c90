import type { Candidate } from "./search.ts";
import { isAveraged } from "./unused.ts";

/** The options of `convert` that choose a candidate among others. */
export function optionsOf({ path, prefix }: Candidate, among: readonly Candidate[]): string {
  const key = path.join(".");
  const options = [
    ...(among.some((other) => other.path.join(".") !== key) ? [`--key ${key === "" ? '""' : key}`] : []),
    ...(prefix === "" ? [] : [`--prefix ${prefix}`]),
  ];
  return options.join(" ");
}

/** A candidate with the options that choose it: `--key net (resnet18, 10 classes)`. */
export function describeCandidate(candidate: Candidate, among: readonly Candidate[]): string {
  const { network, numClasses } = candidate;
  return `${optionsOf(candidate, among)} (${network}, ${numClasses === 0 ? "no classifier" : `${numClasses} classes`})`;
}

/** What else would fit, in a sentence. */
export function noteOthers(chosen: Candidate, others: readonly Candidate[]): readonly string[] {
  if (others.length === 0) return [];
  const all = [chosen, ...others];
  const averaged = isAveraged([...chosen.path, chosen.prefix].join("."))
    ? "The averaged weights are taken"
    : `The weights of ${optionsOf(chosen, all)} are taken`;
  return [`${averaged}; others fit, too: ${others.map((other) => describeCandidate(other, all)).join("; ")}.`];
}
