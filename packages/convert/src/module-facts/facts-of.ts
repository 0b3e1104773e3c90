import { type CheckpointValue, findModules, type ModuleFacts, moduleState } from "@samoyed/checkpoint";

/** Tensors that may have been renamed: those of a head. */
const MAX_RENAMED = 4;

/** What a whole module in a checkpoint says about the network that its tensors are. */
export interface NetworkFacts {
  /** The module's class, such as `timm.models.resnet.ResNet`. */
  readonly class: string;
  /** The same as a sentence, for reports. */
  readonly note: string;
  /** By the path under which the network knows the module: `layer1.0.conv1`. */
  readonly modules: ReadonlyMap<string, ModuleFacts>;
}

/**
 * The facts of the whole module that some tensors were taken from, with the same prefix removed from its paths; `undefined`
 * where they were not taken from a module, or were renamed.
 */
export function factsOf(root: CheckpointValue, names: readonly string[]): NetworkFacts | undefined {
  const [first] = names;
  if (first === undefined) return undefined;
  for (const { module } of findModules(root)) {
    const { tensors, facts } = moduleState(module);
    for (const name of tensors.keys()) {
      const prefix = name.endsWith(first) ? name.slice(0, name.length - first.length) : undefined;
      if (prefix === undefined || !(prefix === "" || prefix.endsWith("."))) continue;
      const renamed = names.filter((other) => !tensors.has(prefix + other)).length;
      if (renamed > MAX_RENAMED || renamed > names.length / 2) continue;
      const { class: type } = facts.get(prefix.slice(0, -1)) ?? facts.get("")!;
      const inside = [...facts].filter(([path]) => path.startsWith(prefix));
      return {
        class: type,
        note: `The weights are those of a module of the class ${type}, whose code was not run.`,
        modules: new Map(inside.map(([path, fact]) => [path.slice(prefix.length), fact])),
      };
    }
  }
  return undefined;
}
