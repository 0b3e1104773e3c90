import { UsageError } from "@samoyed/core";
import { architectures, familyOf } from "./architecture.ts";
import type { Alternative, Assumption } from "./assumption.ts";
import { catalogueFamily } from "./catalogue/catalogue-family.ts";
import type { Architecture } from "./family.ts";
import type { Modules } from "./modules.ts";
import type { NetworkSetting } from "./network-setting.ts";

/** An architecture and its name. */
export interface NamedArchitecture {
  readonly name: string;
  readonly architecture: Architecture;
}

/** What says which network it is, or a setting of it, besides its tensors. */
export interface NetworkSource {
  readonly origin: "given" | "file";
  /** `args.model`, `--model`. */
  readonly source: string;
}

/** What an architecture's tensors do not show; nothing for one whose family has no settings. */
export function settingsOf(architecture: Architecture): readonly NetworkSetting[] {
  return familyOf(architecture).settings?.(architecture) ?? [];
}

/**
 * An architecture with other settings than its own.
 *
 * @throws UsageError for settings or values that there are not, and for a family whose networks are as published only.
 */
export function withNetworkSettings(architecture: Architecture, changes: ReadonlyMap<string, string>): Architecture {
  if (changes.size === 0) return architecture;
  const family = familyOf(architecture);
  if (family.withSettings !== undefined) return family.withSettings(architecture, changes);
  throw new UsageError(
    `the network's ${[...changes.keys()].join(", ")} cannot be chosen: it is converted as published`,
    {
      hint: "Export the network with torch.export, and convert the .pt2 file.",
    },
  );
}

/**
 * The settings of a network that its modules have; `undefined` for a family that does not read them.
 *
 * @throws UnsupportedError for modules that the family does not build.
 */
export function moduleSettings(architecture: Architecture, modules: Modules): ReadonlyMap<string, string> | undefined {
  return familyOf(architecture).moduleSettings?.(modules);
}

/** Options of `networkAssumptions`. */
interface AssumptionOptions {
  /** What else the tensors may be. */
  readonly alternatives: readonly NamedArchitecture[];
  /** What those compute otherwise, by name; empty for one that computes the same. */
  readonly differences?: ReadonlyMap<string, string>;
  /** What names the network; absent where its tensors alone do. */
  readonly said?: NetworkSource | undefined;
  /** What says each setting that is not the network's own. */
  readonly changed: ReadonlyMap<string, NetworkSource>;
}

/** Everything that a network computes and its tensors do not show, and what it is taken from. */
export function networkAssumptions(
  { name, architecture }: NamedArchitecture,
  { alternatives, differences = new Map(), said, changed }: AssumptionOptions,
): readonly Assumption[] {
  const others = alternatives.map((other) => ({
    name: other.name,
    values: new Map(settingsOf(other.architecture).map(({ setting, value }) => [setting, value])),
  }));
  const own = settingsOf(architecture);
  const isData = architecture.family === catalogueFamily.name;
  const isNamed = own.length === 0 || isData || architectures().has(name);
  const assumptions = own.map(({ setting, value, choices }): Assumption => {
    const says = changed.get(setting) ?? said;
    if (says !== undefined) return { setting, value, ...says, alternatives: [] };
    const different = others.filter(({ values }) => values.has(setting) && values.get(setting) !== value);
    if (different.length > 0) {
      const byName = different.map((other) => ({ option: `--model ${other.name}`, value: other.values.get(setting)! }));
      return { setting, value, origin: "assumed", alternatives: byName };
    }
    if (isNamed) return { setting, value, origin: "published", source: name, alternatives: [] };
    const option = `--assume ${setting}=${choices.join("|")}`;
    return { setting, value, origin: "assumed", alternatives: [{ option }] };
  });
  const isTold = (other: (typeof others)[number]): boolean =>
    own.some(({ setting, value }) => other.values.has(setting) && other.values.get(setting) !== value);
  const untold: readonly Alternative[] = others
    .filter((other) => !isTold(other) && differences.get(other.name) !== "")
    .map((other) => {
      const value = differences.get(other.name);
      return { option: `--model ${other.name}`, ...(value !== undefined && { value }) };
    });
  // The settings of a network that is data are some of what tensors do not show.
  if (own.length > 0 && untold.length === 0 && !isData) return assumptions;
  const network: Assumption =
    said !== undefined
      ? { setting: "network", value: name, ...said, alternatives: [] }
      : untold.length > 0
        ? { setting: "network", value: name, origin: "assumed", alternatives: untold }
        : {
            setting: "network",
            value: name,
            origin: "published",
            source: others.length === 0 ? "no other has its tensors" : "others with its tensors compute the same",
            alternatives: [],
          };
  return [network, ...assumptions];
}
