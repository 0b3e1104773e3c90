import type { TensorDictionary } from "@samoyed/checkpoint";
import { FormatError } from "@samoyed/core";
import type { Modules } from "@samoyed/models";
import {
  asPrefix,
  bareName,
  type NamedTensors,
  prefixesOf,
  splitAt,
  type Unwrapped,
  withoutWrappers,
} from "./names.ts";
import { type Fits, fitScope, type ScopeFit } from "./fit-scope.ts";
import { ENCODERS, isAveraged, isDinoHead } from "./unused.ts";

/** A part of a checkpoint that is a known network. */
export interface Candidate extends ScopeFit {
  /** The keys that lead to its dictionary. */
  readonly path: readonly string[];
  /** What wrappers had put into its names. */
  readonly wrappers: readonly string[];
  /** Of a whole module: the modules of the network, by their paths in it. */
  readonly modules?: Modules | undefined;
  /** The modules of its head, under the names that the head has. */
  readonly headModules?: Modules | undefined;
  /** The modules of everything else; that of the empty path has the network in it. */
  readonly otherModules?: Modules | undefined;
  /** Names that the caller's prefix leaves out. */
  readonly excluded: readonly string[];
  /** Smaller is taken first; equals are not told apart. */
  readonly rank: number;
}

/** timm's order (1.0.29, `timm/models/_helpers.py`, `load_state_dict`), of which the first two are averages. */
const KEYS = ["state_dict_ema", "model_ema", "state_dict", "model"] as const;

/** An averaged one goes first, then timm's order, then the root, then others. */
function rankOf(path: readonly string[], { prefix, unused }: Pick<ScopeFit, "prefix" | "unused">): number {
  const [key = ""] = path;
  const known = KEYS.findIndex((wrapper) => wrapper === key);
  const isTeacher = [...path, ...prefix.split(".")].includes("teacher") && unused.some(isDinoHead);
  // An average keeps the weights that it is of beside it.
  const isOnline = /(?:^|\.)online_/.test(prefix);
  const averaged = known === 0 || known === 1 || isTeacher || (!isOnline && [...path, prefix].some(isAveraged));
  const place = known >= 0 ? known : path.length === 0 ? KEYS.length : KEYS.length + 1;
  const dropped = ENCODERS.some(([, other]) => prefix.split(".").includes(other));
  return (averaged ? 0 : 100) + place + (dropped ? 0.5 : 0);
}

/** The wrappers' traces removed; as it is where that makes two names the same. */
function unwrapped(given: NamedTensors): Unwrapped {
  try {
    return withoutWrappers(given);
  } catch (error) {
    if (error instanceof FormatError) return { tensors: given, wrappers: [] };
    throw error;
  }
}

/** Modules under a prefix, by their paths from there. */
function modulesUnder(modules: Modules | undefined, prefix: string): Modules | undefined {
  if (modules === undefined) return undefined;
  const bare = [...modules].map(([path, module]) => [`${bareName(path)}.`, module] as const);
  const inside = bare.filter(([path]) => path.startsWith(prefix));
  return new Map(inside.map(([path, module]) => [path.slice(prefix.length, -1), module]));
}

/** The modules of a whole module by what they are to a network in it. */
function modulesOf(
  modules: Modules | undefined,
  { prefix, isHeadBeside, renamePath = (path) => path }: ScopeFit,
): Pick<Candidate, "modules" | "headModules" | "otherModules"> {
  if (modules === undefined) return {};
  const [all, inside] = [modulesUnder(modules, ""), modulesUnder(modules, prefix)];
  const others = [...all!].filter(([path]) => !`${path}.`.startsWith(prefix));
  const own = new Map([...inside!].map(([path, module]) => [renamePath(path), module]));
  return { modules: own, headModules: isHeadBeside ? all : inside, otherModules: new Map(prefix === "" ? [] : others) };
}

/** The network under one prefix of a dictionary, whatever else is in it; none or one. */
export async function fitPrefix(
  { path, tensors: given, modules }: TensorDictionary,
  { prefix: asked, fits }: { readonly prefix: string; readonly fits: Fits },
): Promise<readonly Candidate[]> {
  const prefix = asPrefix(asked);
  const { tensors, wrappers } = unwrapped(given);
  const { inside, outside } = splitAt(tensors, prefix);
  const fit = await fitScope({ prefix, inside, outside: new Map(), beside: [...outside.keys()] }, fits);
  if (fit === undefined) return [];
  return [
    {
      ...fit,
      path,
      wrappers,
      rank: rankOf(path, fit),
      ...modulesOf(modules, fit),
      excluded: [...outside.keys()],
    },
  ];
}

/** The prefixes of a dictionary under which a known network is; one that is all of it ends the search. */
export async function searchDictionary(
  { path, tensors: given, modules }: TensorDictionary,
  fits: Fits,
): Promise<readonly Candidate[]> {
  const { tensors, wrappers } = unwrapped(given);
  const found: Candidate[] = [];
  for (const prefix of prefixesOf(tensors.keys())) {
    // What is inside a network that was found is a part of it.
    if (found.some((other) => other.prefix !== "" && prefix.startsWith(other.prefix))) continue;
    const { inside, outside } = splitAt(tensors, prefix);
    const fit = await fitScope({ prefix, inside, outside, beside: [...outside.keys()] }, fits);
    if (fit === undefined) continue;
    const candidate = {
      ...fit,
      path,
      wrappers,
      rank: rankOf(path, fit),
      ...modulesOf(modules, fit),
      excluded: [],
    };
    if (fit.unexplained.length === 0) return [candidate];
    found.push(candidate);
  }
  // Two networks in one dictionary, such as a teacher and a student, explain one another.
  return found.map((candidate) => {
    const others = found.filter((other) => other !== candidate);
    const isOthers = (name: string): boolean => others.some((other) => name.startsWith(other.prefix));
    return { ...candidate, unexplained: candidate.unexplained.filter((name) => !isOthers(name)) };
  });
}
