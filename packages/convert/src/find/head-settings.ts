import { UnsupportedError, UsageError } from "@samoyed/core";
import type { Assumption, Modules } from "@samoyed/models";
import { type Head, hasActivation } from "./head.ts";

/** Activations between the layers of a head. */
const ACTIVATIONS = ["relu", "silu", "tanh", "none"] as const;

/** An activation between the layers of a head. */
export type HeadActivation = (typeof ACTIVATIONS)[number];

const SETTING = "head-activation";

/** A head's activation, what is assumed of it, and the settings that are not the head's. */
interface HeadSettings {
  readonly activation: HeadActivation;
  readonly assumptions: readonly Assumption[];
  readonly rest: ReadonlyMap<string, string>;
}

/** Whether something without tensors is between the layers of a head. */
function hasPlace({ hidden, last }: Head): boolean {
  return hidden.some(({ path }, index) => hasActivation(path, (hidden[index + 1] ?? last).path));
}

/** Modules that inference does not notice. */
const PASSING = /^(?:Dropout\w*|Identity|Flatten)$/;
const CLASSES: ReadonlyMap<string, HeadActivation> = new Map([
  ["ReLU", "relu"],
  ["SiLU", "silu"],
  ["Tanh", "tanh"],
]);

/**
 * The activation that a whole module has between two of its layers.
 *
 * @throws UnsupportedError for a module that is not built.
 */
function between(modules: Modules, path: string, next: string): HeadActivation {
  const dot = path.lastIndexOf(".") + 1;
  const [first, last] = [Number(path.slice(dot)), Number(next.slice(dot))];
  const found: HeadActivation[] = [];
  for (let number = first + 1; number < last; number++) {
    const place = `${path.slice(0, dot)}${number}`;
    const global = modules.get(place)?.class ?? "";
    const name = global.slice(global.lastIndexOf(".") + 1);
    const activation = CLASSES.get(name);
    if (activation !== undefined) found.push(activation);
    else if (!PASSING.test(name)) throw unsupported(place, global);
  }
  if (found.length > 1) throw unsupported(path, "followed by several activations");
  return found[0] ?? "none";
}

function unsupported(path: string, what: string): UnsupportedError {
  return new UnsupportedError(`the module ${path} is ${what}, which is not supported in a head`, {
    hint: "Export the network with torch.export, and convert the .pt2 file.",
  });
}

/** The activation that a whole module has between all layers of its head. */
function fromModules({ hidden, last }: Head, modules: Modules): HeadActivation {
  const [first, ...others] = hidden.map(({ path }, index) => between(modules, path, (hidden[index + 1] ?? last).path));
  const other = others.findIndex((activation) => activation !== first);
  if (other >= 0) throw unsupported(hidden[other + 1]!.path, "followed by another activation than the first");
  return first!;
}

/** What says which activation a head has. */
interface HeadStatements {
  /** Settings by name, of the head and others. */
  readonly given?: ReadonlyMap<string, string> | undefined;
  /** The modules of a whole network. */
  readonly modules?: Modules | undefined;
}

/**
 * The activation of a head with several layers: what the caller says, else its modules, else ReLU.
 *
 * @throws UsageError for an activation that is not built, and for one of a head that has none; UnsupportedError for modules
 *   that are not built.
 */
export function headSettings(
  head: Head | undefined,
  { given = new Map<string, string>(), modules }: HeadStatements,
): HeadSettings {
  const rest = new Map([...given].filter(([setting]) => setting !== SETTING));
  const value = given.get(SETTING);
  if (head === undefined || !hasPlace(head)) {
    if (value === undefined) return { activation: "none", assumptions: [], rest };
    throw new UsageError(`${SETTING} was given; the network's head has no place for an activation`);
  }
  const assumption = (activation: HeadActivation, from: Pick<Assumption, "origin" | "source">): HeadSettings => {
    const alternatives = from.origin === "assumed" ? [{ option: `--assume ${SETTING}=${ACTIVATIONS.join("|")}` }] : [];
    return { activation, assumptions: [{ setting: SETTING, value: activation, ...from, alternatives }], rest };
  };
  if (value === undefined) {
    return modules?.has(head.last.path) !== true
      ? assumption("relu", { origin: "assumed" })
      : assumption(fromModules(head, modules), { origin: "file", source: "its modules" });
  }
  const activation = ACTIVATIONS.find((known) => known === value);
  if (activation !== undefined) return assumption(activation, { origin: "given", source: "--assume" });
  throw new UsageError(`${SETTING} got ${JSON.stringify(value)}; expected one of ${ACTIVATIONS.join(", ")}`);
}
