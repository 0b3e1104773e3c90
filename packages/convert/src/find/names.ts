import { FormatError, type LazyTensor, quote, renameLazy } from "@samoyed/core";

/** Tensors by name; each tensor has that name too. */
export type NamedTensors = ReadonlyMap<string, LazyTensor>;

/**
 * Components that wrappers of PyTorch put into names, wherever they wrap: `DataParallel`, `torch.compile`, FSDP,
 * activation checkpointing. No known network has one of its own.
 */
const WRAPPERS: ReadonlySet<string> = new Set([
  "module",
  "_orig_mod",
  "_fsdp_wrapped_module",
  "_checkpoint_wrapped_module",
]);

/** Tensors with other names. A name of `undefined` leaves a tensor out. */
export function renameAll(tensors: NamedTensors, rename: (name: string) => string | undefined): NamedTensors {
  const renamed = new Map<string, LazyTensor>();
  for (const [original, tensor] of tensors) {
    const name = rename(original);
    if (name !== undefined) renamed.set(name, tensor.name === name ? tensor : renameLazy(tensor, name));
  }
  return renamed;
}

/** A name without the components of wrappers. */
export function bareName(name: string): string {
  const kept = name.split(".").filter((component) => !WRAPPERS.has(component));
  // A tensor may be called so itself.
  return kept.length === 0 ? name : kept.join(".");
}

/** The names without wrappers, and the wrappers that they had: `module.`, `_orig_mod.`. */
export interface Unwrapped {
  readonly tensors: NamedTensors;
  readonly wrappers: readonly string[];
}

/**
 * Removes what wrappers added to the names.
 *
 * @throws FormatError when two names are the same then, which timm ignores.
 */
export function withoutWrappers(tensors: NamedTensors): Unwrapped {
  const originals = new Map<string, string>();
  const wrappers = new Set<string>();
  const renamed = renameAll(tensors, (original) => {
    const name = bareName(original);
    const other = originals.get(name);
    if (other !== undefined) {
      throw new FormatError(
        `tensors ${quote(other)} and ${quote(original)} are both ${quote(name)} once their prefixes are stripped`,
      );
    }
    originals.set(name, original);
    if (name !== original) {
      for (const component of original.split(".")) if (WRAPPERS.has(component)) wrappers.add(`${component}.`);
    }
    return name;
  });
  return { tensors: renamed, wrappers: [...wrappers] };
}

/** Prefixes of fewer tensors than this, or of a smaller share of a dictionary, are parts of a network. */
const LEAST_TENSORS = 5;
const LEAST_SHARE = 0.15;

/** Every dotted prefix that a network may be under, the empty one first and shorter ones before longer ones. */
export function prefixesOf(names: Iterable<string>): readonly string[] {
  const counts = new Map<string, number>([["", 0]]);
  let total = 0;
  for (const name of names) {
    total++;
    for (let end = name.indexOf("."); end >= 0; end = name.indexOf(".", end + 1)) {
      const prefix = name.slice(0, end + 1);
      counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
    }
  }
  const least = Math.max(LEAST_TENSORS, LEAST_SHARE * total);
  const large = [...counts].filter(([prefix, count]) => prefix === "" || count >= least);
  return large.map(([prefix]) => prefix).sort((a, b) => a.split(".").length - b.split(".").length);
}

/** A prefix as names have it: `backbone` as `backbone.`. */
export function asPrefix(given: string): string {
  return given === "" || given.endsWith(".") ? given : `${given}.`;
}

/** Splits tensors into those under a prefix, which is removed, and the others under their full names. */
export function splitAt(
  tensors: NamedTensors,
  prefix: string,
): { readonly inside: NamedTensors; readonly outside: NamedTensors } {
  const isInside = (name: string): boolean => name.startsWith(prefix) && name.length > prefix.length;
  return {
    inside: renameAll(tensors, (name) => (isInside(name) ? name.slice(prefix.length) : undefined)),
    outside: renameAll(tensors, (name) => (isInside(name) ? undefined : name)),
  };
}

/** Names in short: whole modules by their first component, with how many tensors each has. */
export function summarizeNames(names: Iterable<string>): string {
  const counts = new Map<string, number>();
  for (const name of names) {
    const dot = name.indexOf(".");
    const group = dot < 0 ? name : `${name.slice(0, dot)}.*`;
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  const shown = [...counts]
    .slice(0, SHOWN_GROUPS)
    .map(([group, count]) => (count === 1 ? group : `${group} (${count})`));
  const rest = counts.size - shown.length;
  return `${shown.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

const SHOWN_GROUPS = 6;
