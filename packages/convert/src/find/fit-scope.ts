import type { LazyTensor } from "@samoyed/core";
import { classifierOf, type FittingModel } from "@samoyed/models";
import { headLayers } from "./head-layers.ts";
import { type Head, headFrom } from "./head.ts";
import type { NamedTensors } from "./names.ts";
import { isProjecting, isUnused, unusedBeside } from "./unused.ts";

/** The network that tensors are, all of them and no others; `undefined` if they are none. */
export type Fits = (tensors: NamedTensors) => Promise<Fitting | undefined>;

/** A network that tensors fit. */
export interface Fitting extends FittingModel {
  /** Whether they have another library's names. */
  readonly translated?: boolean;
  /** The tensors under the network's names, where they are numbered. */
  readonly renamed?: NamedTensors | undefined;
  /** A module's path under the network's names, where they are numbered. */
  readonly renamePath?: (path: string) => string;
}

/** Tensors that may be a network, and those of the same dictionary beside them. */
export interface Scope {
  /** What was removed from the names of `inside`. */
  readonly prefix: string;
  readonly inside: NamedTensors;
  /** Under their full names; those of the head may be among them. */
  readonly outside: NamedTensors;
  /** The names of everything else in the dictionary. */
  readonly beside: readonly string[];
}

/** How a scope is a network. */
export interface ScopeFit {
  readonly prefix: string;
  readonly network: string;
  readonly numClasses: number;
  /** Under the network's names. */
  readonly tensors: NamedTensors;
  /** The head, where it is not under the network's own names. */
  readonly head?: Head;
  /** Whether the head is beside what has the prefix, under full names. */
  readonly isHeadBeside: boolean;
  /** A module's path under the network's names, where they are numbered. */
  readonly renamePath?: ((path: string) => string) | undefined;
  /** Full names of tensors that inference has no use for. */
  readonly unused: readonly string[];
  /** Full names of tensors whose use is not known. */
  readonly unexplained: readonly string[];
}

function without(tensors: NamedTensors, names: { has(name: string): boolean }): NamedTensors {
  return new Map([...tensors].filter(([name]) => !names.has(name)));
}

/** Names of modules that a head may be, outer ones first, with their tensors. */
function modulesOf(tensors: NamedTensors): ReadonlyMap<string, NamedTensors> {
  const modules = new Map<string, Map<string, LazyTensor>>();
  for (const depth of [1, 2]) {
    for (const [name, tensor] of tensors) {
      const components = name.split(".");
      if (components.length <= depth) continue;
      const module = components.slice(0, depth).join(".");
      const own = modules.get(module) ?? new Map<string, LazyTensor>();
      modules.set(module, own.set(name, tensor));
    }
  }
  return modules;
}

/** A network's body, and its head under other names. */
interface Parts {
  readonly model: Fitting;
  readonly body: NamedTensors;
  readonly head?: Head;
  /** Names of tensors of a projection, which inference drops. */
  readonly dropped: readonly string[];
}

/** The names that a projection of contrastive learning has in a network. */
const PROJECTION = /^(?:fc|head|heads|classifier|proj|projection|projector|mlp)$/;

async function partsOf({ prefix, inside, beside }: Scope, fits: Fits): Promise<Parts | undefined> {
  const projecting = isProjecting(prefix, beside);
  const model = await fits(inside);
  if (model !== undefined && !(projecting && model.numClasses > 0 && !model.translated)) {
    return { model, body: model.renamed ?? inside, dropped: [] };
  }
  if (model !== undefined) {
    const classifier = new Set(classifierOf(model.architecture).tensors);
    const body = without(model.renamed ?? inside, classifier);
    const headless = await fits(body);
    return headless && { model: headless, body, dropped: [...classifier] };
  }
  for (const [module, tensors] of modulesOf(inside)) {
    const isProjection = projecting && PROJECTION.test(module);
    if (!isProjection && headLayers(tensors) === undefined) continue;
    const headless = await fits(without(inside, tensors));
    if (headless === undefined || headless.numClasses > 0) continue;
    const body = headless.renamed ?? without(inside, tensors);
    if (isProjection) return { model: headless, body, dropped: [...tensors.keys()] };
    const head = headFrom(tensors, headless.architecture, headless);
    if (head !== undefined) return { model: headless, body, head, dropped: [] };
  }
  return undefined;
}

/** How a scope is a network: with its head inside or beside it; `undefined` if it is none. */
export async function fitScope(scope: Scope, fits: Fits): Promise<ScopeFit | undefined> {
  const { prefix } = scope;
  let unusedInside: readonly string[] = [];
  let parts = await partsOf(scope, fits);
  if (parts === undefined) {
    unusedInside = [...scope.inside.keys()].filter(isUnused);
    if (unusedInside.length === 0) return undefined;
    parts = await partsOf({ ...scope, inside: without(scope.inside, new Set(unusedInside)) }, fits);
    if (parts === undefined) return undefined;
  }
  const { model, body, dropped } = parts;
  const unusedOutside = unusedBeside([...scope.outside.keys()]);
  const rest = without(scope.outside, unusedOutside);
  const beside =
    parts.head === undefined && model.numClasses === 0 && parts.dropped.length === 0
      ? headFrom(rest, model.architecture, model)
      : undefined;
  const head = parts.head ?? beside;
  const inFile = (name: string): string => `${prefix}${name}`;
  return {
    prefix,
    network: model.name,
    numClasses: head?.last.weight.shape[0] ?? model.numClasses,
    tensors: head === undefined ? body : new Map([...body, ...head.classifier]),
    ...(head && { head }),
    isHeadBeside: beside !== undefined,
    renamePath: model.renamePath,
    unused: [...[...unusedInside, ...dropped].map(inFile), ...unusedOutside],
    unexplained: beside === undefined ? [...rest.keys()] : [],
  };
}
