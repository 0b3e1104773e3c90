import { UnsupportedError, UsageError } from "@samoyed/core";
import {
  ACTIVATION_CLASSES,
  ACTIVATION_NODES,
  type ActivationName,
  type Assumption,
  type Modules,
} from "@samoyed/models";
import { activationPlaces, type HeadLayer } from "./head-layers.ts";
import { type Head, isOwnHead } from "./head.ts";

/** The order of a head's poolings: fastai's, and timm's `catavgmax`. */
const POOLINGS = ["max-avg", "avg-max"] as const;

/** What a head computes and its tensors do not show. */
export interface HeadChoice {
  /** Activations, by the path of the layer that they follow. */
  readonly activations: ReadonlyMap<string, ActivationName>;
  /** The epsilon of its norms. */
  readonly epsilon: number;
  readonly pooling: (typeof POOLINGS)[number];
}

/** A head's choice, what is assumed of it, and the settings that are not the head's. */
interface HeadSettings {
  readonly choice: HeadChoice;
  readonly assumptions: readonly Assumption[];
  readonly rest: ReadonlyMap<string, string>;
}

const [ACTIVATION, EPSILON, POOLING] = ["head-activation", "head-epsilon", "head-pooling"] as const;
const NAMES: readonly string[] = [ACTIVATION, EPSILON, POOLING];
const DEFAULT_EPSILON = 1e-5;

/** Modules that inference does not notice. */
const PASSING = /^(?:Dropout\w*|AlphaDropout|Identity|Flatten)$/;

/** @throws UsageError unless it is one of a setting's values. */
function choiceOf<T extends string>(setting: string, value: string, known: readonly T[]): T {
  const found = known.find((name) => name === value);
  if (found !== undefined) return found;
  throw new UsageError(`${setting} got ${JSON.stringify(value)}; expected one of ${known.join(", ")}`);
}

function unsupported(path: string, what: string): UnsupportedError {
  return new UnsupportedError(`the module ${path} is ${what}, which is not supported in a head`, {
    hint: "Export the network with torch.export, and convert the .pt2 file.",
  });
}

/** The module that a path is in: `fc` of `fc.1`. */
const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf(".")));

/**
 * The activation that a whole module has between two layers of a Sequential, or after the last one.
 *
 * @throws UnsupportedError for a module that is not built.
 */
function between(modules: Modules, path: string, next: string | undefined): ActivationName {
  const siblings = [...modules].filter(([place]) => place !== "" && parentOf(place) === parentOf(path));
  const places = siblings.map(([place]) => place);
  const end = next === undefined ? siblings.length : places.indexOf(next);
  const found: ActivationName[] = [];
  for (const [place, { class: global }] of siblings.slice(places.indexOf(path) + 1, end)) {
    const name = global.slice(global.lastIndexOf(".") + 1);
    const activation = ACTIVATION_CLASSES.get(name);
    if (activation !== undefined) found.push(activation);
    else if (!PASSING.test(name)) throw unsupported(place, global);
  }
  if (found.length > 1) throw unsupported(path, "followed by several activations");
  return found[0] ?? "none";
}

/** The activations that a whole module has between the layers of its head; none may come before the first or after the last. */
function fromModules({ layers, last }: Head, modules: Modules): ReadonlyMap<string, ActivationName> {
  for (const [place, { class: global }] of modules) {
    if (place === layers[0]!.path) break;
    const isSibling = place !== "" && parentOf(place) === parentOf(last.path);
    if (isSibling && ACTIVATION_CLASSES.has(global.slice(global.lastIndexOf(".") + 1)))
      throw unsupported(place, global);
  }
  const activations = layers.map(({ path }, index) => [path, between(modules, path, layers[index + 1]?.path)] as const);
  const after = activations.at(-1)![1];
  if (after !== "none") throw unsupported(last.path, `followed by ${after}`);
  return new Map(activations.filter(([, activation]) => activation !== "none"));
}

/** Whether all layers of a head are in one Sequential, whose modules run in order. */
function isSequential({ layers, last }: Head, modules: Modules): boolean {
  const parent = parentOf(last.path);
  const inIt = layers.every(({ path }) => modules.has(path) && parentOf(path) === parent);
  return inIt && /(?:^|\.)Sequential$/.test(modules.get(parent)?.class ?? "");
}

/** What says which settings a head has. */
interface HeadStatements {
  /** Settings by name, of the head and others. */
  readonly given?: ReadonlyMap<string, string> | undefined;
  /** The modules of a whole network. */
  readonly modules?: Modules | undefined;
}

/** A setting's value and what it is taken from, as an assumption. */
function said(
  setting: string,
  {
    value,
    given,
    inFile,
    choices,
  }: { readonly value: string; readonly given: boolean; readonly inFile: boolean; readonly choices: string },
): Assumption {
  if (given) return { setting, value, origin: "given", source: "--assume", alternatives: [] };
  if (inFile) return { setting, value, origin: "file", source: "its modules", alternatives: [] };
  return { setting, value, origin: "assumed", alternatives: [{ option: `--assume ${setting}=${choices}` }] };
}

const isNorm = ({ kind }: HeadLayer): boolean => kind === "norm";

function activationsOf(head: Head, given: string | undefined, inFile: Modules | undefined): HeadChoice["activations"] {
  if (given === undefined && inFile !== undefined) return fromModules(head, inFile);
  const names = Object.keys(ACTIVATION_NODES) as ActivationName[];
  const activation = choiceOf(ACTIVATION, given ?? "relu", names);
  return new Map([...activationPlaces(head.layers)].map((path) => [path, activation]));
}

function epsilonOf({ layers }: Head, given: string | undefined, inFile: Modules | undefined): number {
  const epsilon = Number(given ?? DEFAULT_EPSILON);
  if (!(epsilon > 0 && epsilon < 1))
    throw new UsageError(`${EPSILON} got ${JSON.stringify(given)}; expected a number between 0 and 1`);
  if (given !== undefined || inFile === undefined) return epsilon;
  const values = layers.filter(isNorm).map(({ path }) => inFile.get(path)?.settings.get("eps"));
  const [first = epsilon, ...others] = values.filter((value) => typeof value === "number");
  if (others.some((value) => value !== first))
    throw unsupported(layers.find(isNorm)!.path, "a norm with another epsilon than the others");
  return first;
}

/** @throws UsageError for a setting of the head that it has no place for. */
function requirePlaces(head: Head | undefined, given: ReadonlyMap<string, string>): void {
  const has: Readonly<Record<string, boolean>> = {
    [ACTIVATION]: head !== undefined && activationPlaces(head.layers).size > 0,
    [EPSILON]: head?.layers.some(isNorm) === true,
    [POOLING]: head?.pooling === "concatenated",
  };
  const idle = NAMES.find((name) => given.has(name) && has[name] !== true);
  if (idle !== undefined) throw new UsageError(`${idle} was given; the network's head has no place for it`);
}

/**
 * What a head computes besides its tensors: what the caller says, else its modules, else ReLU after each Linear layer but
 * the last, PyTorch's epsilon and fastai's order of poolings.
 *
 * @throws UsageError for a value that is not built, and for a setting that the head has no place for; UnsupportedError for
 *   modules that are not built.
 */
export function headSettings(
  found: Head | undefined,
  { given = new Map<string, string>(), modules }: HeadStatements,
): HeadSettings {
  const head = isOwnHead(found) ? found : undefined;
  // The network's own classifier under another name: nothing is chosen, and nothing may be around it.
  if (found !== undefined && modules !== undefined && isSequential(found, modules)) fromModules(found, modules);
  const rest = new Map([...given].filter(([setting]) => !NAMES.includes(setting)));
  requirePlaces(head, given);
  if (head === undefined) {
    return { choice: { activations: new Map(), epsilon: DEFAULT_EPSILON, pooling: "max-avg" }, assumptions: [], rest };
  }
  const inFile = modules !== undefined && isSequential(head, modules) ? modules : undefined;
  const activations = activationsOf(head, given.get(ACTIVATION), inFile);
  const epsilon = epsilonOf(head, given.get(EPSILON), inFile);
  const pooling = choiceOf(POOLING, given.get(POOLING) ?? "max-avg", POOLINGS);
  const activation = [...new Set(activations.values())].join(", ") || "none";
  const rows = [
    [ACTIVATION, activation, Object.keys(ACTIVATION_NODES).join("|"), activationPlaces(head.layers).size > 0],
    [EPSILON, epsilon.toExponential(), "NUMBER", head.layers.some(isNorm)],
    [POOLING, pooling, POOLINGS.join("|"), head.pooling === "concatenated"],
  ] as const;
  const assumptions = rows.flatMap(([setting, value, choices, applies]) =>
    applies
      ? [
          said(setting, {
            value,
            choices,
            given: given.has(setting),
            inFile: inFile !== undefined && setting !== POOLING,
          }),
        ]
      : [],
  );
  return { choice: { activations, epsilon, pooling }, assumptions, rest };
}
