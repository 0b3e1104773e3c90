import { type Checkpoint, stateDict, type TensorDictionary, tensorDictionaries } from "@samoyed/checkpoint";
import { MismatchError, quote, UsageError } from "@samoyed/core";
import { matchesGlob, type Modules } from "@samoyed/models";
import { describeCandidate, noteOthers, optionsOf } from "./describe-candidate.ts";
import { effectiveWeights } from "./effective-weights.ts";
import { explainTensors } from "./explain-tensors.ts";
import type { Fits } from "./fit-scope.ts";
import { type Head, headText } from "./head.ts";
import {
  asPrefix,
  bareName,
  type NamedTensors,
  prefixesOf,
  splitAt,
  summarizeNames,
  withoutWrappers,
} from "./names.ts";
import { type Candidate, fitPrefix, searchDictionary } from "./search.ts";
import { requirePassing } from "./require-passing.ts";
import { isUnused } from "./unused.ts";

/** Options that say where the weights are in a checkpoint. */
export interface WeightsOptions {
  /** The keys of the dictionary, joined with dots; empty for the root. */
  readonly key?: string | undefined;
  /** What is removed from the names; tensors without it are left out. */
  readonly prefix?: string | undefined;
  /** Patterns of names that are left out, with `*` and `?`. */
  readonly ignore?: readonly string[] | undefined;
}

/** The weights of a checkpoint that are a network's. */
export interface FoundWeights {
  /** Under the network's names; under the file's, as far as they are understood, where no network fits. */
  readonly tensors: NamedTensors;
  /** Keys that were followed, wrappers and prefixes that were removed: `["state_dict", "module."]`. */
  readonly unwrapped: readonly string[];
  /** A head under other names than the network's. */
  readonly head?: Head;
  /** Of a whole module: the modules of the network, by their paths in it. */
  readonly modules?: Modules;
  /** The modules of its head, under the names that the head has. */
  readonly headModules?: Modules;
  /** The class of the whole module that the network is a part of. */
  readonly enclosingClass?: string;
  /** What was taken or left out that is not obvious, in sentences. */
  readonly notes: readonly string[];
}

/** Fewer tensors are no network. */
const LEAST_TENSORS = 5;

function keyOf({ path }: { readonly path: readonly string[] }): string {
  return path.join(".");
}

/** @throws UsageError when no dictionary has the key. */
function atKey(dictionaries: readonly TensorDictionary[], key: string | undefined): readonly TensorDictionary[] {
  if (key === undefined) {
    const large = dictionaries.filter(({ tensors }) => tensors.size >= LEAST_TENSORS);
    return large.length > 0 ? large : dictionaries;
  }
  const found = dictionaries.filter((dictionary) => keyOf(dictionary) === key);
  if (found.length > 0) return found;
  const keys = dictionaries.map((dictionary) => quote(keyOf(dictionary))).slice(0, 10);
  throw new UsageError(`the checkpoint has no tensors at ${quote(key)}`, {
    hint: `--key takes one of these: ${keys.join(", ")}.`,
  });
}

/** @throws UsageError when a pattern matches nothing: it would do nothing, in silence. */
function ignoring(
  dictionaries: readonly TensorDictionary[],
  { ignore = [], prefix: given = "" }: WeightsOptions,
): { readonly kept: readonly TensorDictionary[]; readonly ignored: readonly string[] } {
  const prefix = asPrefix(given);
  const matched = new Set<string>();
  const ignored = new Set<string>();
  const isIgnored = (name: string): boolean => {
    const bare = bareName(name);
    const names = [name, bare, ...(bare.startsWith(prefix) ? [bare.slice(prefix.length)] : [])];
    const pattern = ignore.find((glob) => names.some((text) => matchesGlob(glob, text)));
    if (pattern === undefined) return false;
    matched.add(pattern);
    ignored.add(name);
    return true;
  };
  const kept = dictionaries.map(({ path, tensors, modules }) => ({
    path,
    ...(modules && { modules }),
    tensors: new Map([...tensors].filter(([name]) => !isIgnored(name))),
  }));
  const idle = ignore.find((pattern) => !matched.has(pattern));
  if (idle === undefined) return { kept, ignored: [...ignored] };
  throw new UsageError(`no tensor's name matches --ignore ${quote(idle)}`, {
    hint: "samoyed inspect FILE --all lists the names.",
  });
}

/** The best candidates, and the others. */
function ranked(candidates: readonly Candidate[]): {
  readonly best: readonly Candidate[];
  readonly others: readonly Candidate[];
} {
  const least = Math.min(...candidates.map(({ rank }) => rank));
  return {
    best: candidates.filter(({ rank }) => rank === least),
    others: candidates.filter(({ rank }) => rank !== least),
  };
}

/** @throws UsageError when several fit equally, MismatchError when the best leaves tensors unexplained. */
function choose(candidates: readonly Candidate[]): {
  readonly chosen: Candidate;
  readonly others: readonly Candidate[];
} {
  const complete = candidates.filter(({ unexplained }) => unexplained.length === 0);
  const { best, others } = ranked(complete.length > 0 ? complete : candidates);
  const [chosen, ...equals] = best;
  if (equals.length > 0) {
    const list = best.map((candidate) => describeCandidate(candidate, candidates)).join("; ");
    throw new UsageError(`the checkpoint has ${best.length} state dicts of known networks: ${list}`, {
      hint: `Choose one: ${optionsOf(best[0]!, candidates)}`,
      details: { candidates: best.map((candidate) => optionsOf(candidate, candidates)) },
    });
  }
  if (chosen!.unexplained.length > 0) {
    const { network, prefix, unexplained } = chosen!;
    const explained = explainTensors(unexplained);
    if (explained !== undefined) throw explained;
    const globs = [...new Set(unexplained.map((name) => name.replace(/\..*$/, ".*")))];
    const ignore = globs.map((glob) => `--ignore ${quote(glob)}`).join(" ");
    throw new MismatchError(
      `${prefix === "" ? "the tensors are" : `the tensors under ${quote(prefix)} are`} ${network}'s, ` +
        `but ${unexplained.length} more may be parts of the network: ${summarizeNames(unexplained)}`,
      {
        hint: `To convert it without them: ${ignore}. To convert all of it, export it with torch.export, and convert the .pt2 file.`,
        details: { network, prefix, unexplained },
      },
    );
  }
  return { chosen: chosen!, others };
}

/** The dictionaries that the options choose, without what they leave out. */
interface Chosen {
  readonly dictionaries: readonly TensorDictionary[];
  /** Names of what the caller left out. */
  readonly ignored: readonly string[];
}

/** @throws FormatError, UnsupportedError when there are no tensors; UsageError when an option fits nothing. */
function chosenDictionaries(checkpoint: Pick<Checkpoint, "root">, options: WeightsOptions): Chosen {
  const stored = tensorDictionaries(checkpoint);
  // Its errors say what there is in place of tensors.
  if (stored.length === 0) stateDict(checkpoint);
  const all = stored.map((dictionary) => ({ ...dictionary, tensors: effectiveWeights(dictionary.tensors) }));
  const { kept, ignored } = ignoring(all, options);
  return { dictionaries: atKey(kept, options.key), ignored };
}

/** The tensors that were most likely meant, where no network fits: what they are compared with says what is wrong. */
function likeliest(dictionaries: readonly TensorDictionary[], given: string | undefined): FoundWeights {
  const [first] = [...dictionaries].sort((a, b) => b.tensors.size - a.tensors.size);
  const { path, tensors: named } = first!;
  const { tensors, wrappers } = withoutWrappers(named);
  const used = [...tensors.keys()].filter((name) => !isUnused(name));
  const common = prefixesOf(used).filter((prefix) => used.every((name) => name.startsWith(prefix)));
  const prefix = given === undefined ? (common.at(-1) ?? "") : asPrefix(given);
  const { inside } = splitAt(tensors, prefix);
  if (inside.size === 0) {
    throw new UsageError(`no tensor's name begins with ${quote(prefix)}`, {
      hint: `The names are in these modules: ${summarizeNames(tensors.keys())}.`,
    });
  }
  return { tensors: inside, unwrapped: [...path, ...wrappers, ...(prefix === "" ? [] : [prefix])], notes: [] };
}

/**
 * The largest dictionary of a checkpoint, of those that the options choose: to show, where no network is found.
 *
 * @throws FormatError, UnsupportedError when there are no tensors; UsageError when an option fits nothing.
 */
export function largestWeights(checkpoint: Pick<Checkpoint, "root">, options: WeightsOptions = {}): FoundWeights {
  return likeliest(chosenDictionaries(checkpoint, options).dictionaries, options.prefix);
}

/**
 * Finds the weights in a checkpoint: every dictionary is searched, and in each every prefix of its names, for a state dict
 * that `fits`. Averaged weights go first, then timm's order. Where nothing fits, the largest dictionary is returned, for an
 * error about it.
 *
 * @throws FormatError, UnsupportedError when there are no tensors.
 * @throws UsageError when several state dicts fit equally, or an option fits nothing.
 * @throws MismatchError when a network was found among tensors that may be parts of it.
 */
export async function findWeights(
  checkpoint: Pick<Checkpoint, "root">,
  { fits, ...options }: WeightsOptions & { readonly fits: Fits },
): Promise<FoundWeights> {
  const { dictionaries, ignored } = chosenDictionaries(checkpoint, options);
  const candidates: Candidate[] = [];
  for (const dictionary of dictionaries) {
    candidates.push(
      ...(options.prefix === undefined
        ? await searchDictionary(dictionary, fits)
        : await fitPrefix(dictionary, { prefix: options.prefix, fits })),
    );
  }
  if (candidates.length === 0) {
    const weights = likeliest(dictionaries, options.prefix);
    const explained = explainTensors([...weights.tensors.keys()]);
    if (explained !== undefined) throw explained;
    return weights;
  }
  const { chosen, others } = choose(candidates);
  const { path, wrappers, prefix, tensors, head, unused, excluded, modules, headModules, otherModules } = chosen;
  if (otherModules !== undefined) requirePassing(otherModules);
  const enclosingClass = otherModules?.get("")?.class;
  return {
    tensors,
    unwrapped: [...path, ...wrappers, ...(prefix === "" ? [] : [prefix])],
    ...(head && { head }),
    ...(modules && { modules }),
    ...(headModules && { headModules }),
    ...(enclosingClass !== undefined && { enclosingClass }),
    notes: [
      ...(modules === undefined ? [] : [`It is a whole module of ${modules.get("")?.class ?? "an unknown class"}.`]),
      ...noteOthers(chosen, others),
      ...(head === undefined ? [] : [headText(head)]),
      ...(unused.length === 0 ? [] : [`Left out, for inference does not use it: ${summarizeNames(unused)}.`]),
      ...(excluded.length === 0 ? [] : [`Left out, as --prefix says: ${summarizeNames(excluded)}.`]),
      ...(ignored.length === 0 ? [] : [`Left out, as --ignore says: ${summarizeNames(ignored)}.`]),
    ],
  };
}
