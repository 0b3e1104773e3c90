import type { Backend } from "@samoyed/runtime";
import { backendsNamed } from "./backends.ts";
import { formatStoring } from "@samoyed/check";

/** Stands for every backend that Node can run. */
const ALL = "all";

/** Options of `requiredBackends`. */
export interface RequiredBackendsOptions {
  /** The backends of this run; `all` means those of them that Node can run and whose format stores the weights so. */
  readonly backends: readonly Backend[];
  /** How weights are stored. */
  readonly stored: string;
}

/**
 * The names of the backends that must run, each once: those that `all` means, then those that are named.
 *
 * @throws UsageError when a name is unknown, beside `all` as well.
 */
export function requiredBackends(
  must: readonly string[],
  { backends, stored }: RequiredBackendsOptions,
): readonly string[] {
  const names = must.filter((name) => name !== ALL);
  const all = must.includes(ALL)
    ? backends.filter((backend) => backend.runsIn !== "browser" && formatStoring(backend, stored) !== undefined)
    : [];
  const named = names.length === 0 ? [] : backendsNamed(names);
  return [...new Set([...all, ...named].map(({ name }) => name))];
}
