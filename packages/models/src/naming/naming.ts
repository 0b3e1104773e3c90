import type { LazyTensor, Shape } from "@samoyed/core";
import type { TensorType } from "../parameter.ts";
import type { NetworkConfig } from "./network-config.ts";

/** A state dict, by name. */
export type Tensors = ReadonlyMap<string, TensorType>;

/** Norms whose epsilon is another than timm's: those at the module paths that match. */
export interface Epsilon {
  readonly paths: RegExp;
  readonly value: number;
}

/** What another library's network has that its tensors do not show. */
export interface Settings {
  readonly epsilons: readonly Epsilon[];
  /** Heads of attention that the network must have; unknown when absent. */
  readonly heads?: readonly number[];
  /** What was assumed, in sentences. */
  readonly assumptions: readonly string[];
}

/** Another library's names for the tensors of networks that timm has, too. */
export interface Naming {
  /** The networks, for messages: `torchvision's ConvNeXt`. */
  readonly source: string;
  /** Whether a state dict has these names. */
  isOf(tensors: Tensors): boolean;
  /**
   * timm's name of each tensor. `NAME#0` and `NAME#1` are parts that are joined along the first axis; a tensor without an
   * entry is not one of the network's.
   */
  rename(tensors: Tensors): ReadonlyMap<string, string>;
  /** Another shape of the same elements, where timm has one; more than one where that depends on the architecture. */
  readonly shapes?: readonly ((name: string, shape: Shape) => Shape)[];
  /** Other values of a tensor, by its name there: the same ones in another order. */
  values?(name: string, tensor: LazyTensor): LazyTensor;
  /** The first weight under timm's name, where the network is given images in BGR: its channels are reversed. */
  readonly reversed?: string;
  /** Those of timm's architectures that are these networks, where others have the same tensors. */
  readonly architectures?: RegExp;
  /** What the tensors do not show. `config` is the `config.json` beside a checkpoint of transformers'. */
  settings?(tensors: Tensors, config: NetworkConfig | undefined): Settings;
}

/** A rule on a name: what matches is replaced. A name that becomes empty is left out. */
export type Rule = readonly [pattern: RegExp, replacement: string | ((...groups: string[]) => string)];

/** Renames by rules, each applied to what the one before made. */
export function byRules(rules: readonly Rule[]): Naming["rename"] {
  return (tensors) => {
    const names = new Map<string, string>();
    for (const name of tensors.keys()) {
      const renamed = rules.reduce(
        (text, [pattern, replacement]) => text.replace(pattern, replacement as string),
        name,
      );
      if (renamed !== "") names.set(name, renamed);
    }
    return names;
  };
}

/** Whether some name of a state dict matches. */
export function hasName(tensors: Tensors, pattern: RegExp): boolean {
  for (const name of tensors.keys()) if (pattern.test(name)) return true;
  return false;
}
