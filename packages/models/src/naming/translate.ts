import { type LazyTensor, renameLazy, reshapeLazy, type Shape } from "@samoyed/core";
import { joinLazy, reverseChannels } from "./join-lazy.ts";
import type { Naming, Settings } from "./naming.ts";
import { NAMINGS } from "./namings.ts";
import type { NetworkConfig } from "./network-config.ts";

/** A state dict of another library's under timm's names. */
export interface Translation extends Settings {
  /** The networks that have the names: `torchvision's ConvNeXt`. */
  readonly source: string;
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  /** Those of timm's architectures that are these networks, where others have the same tensors. */
  readonly architectures?: RegExp | undefined;
}

type Tensors = ReadonlyMap<string, LazyTensor>;

const PART = /^(?<name>.*)#(?<index>\d)$/u;

/** The tensors under timm's names: parts are joined, if they are all there. */
function rename(tensors: Tensors, names: ReadonlyMap<string, string>): Map<string, LazyTensor> {
  const renamed = new Map<string, LazyTensor>();
  const parts = new Map<string, LazyTensor[]>();
  for (const [own, place] of names) {
    const tensor = tensors.get(own)!;
    const { name, index } = PART.exec(place)?.groups ?? {};
    if (name === undefined) {
      renamed.set(place, renameLazy(tensor, place));
      continue;
    }
    const found = parts.get(name) ?? [];
    found[Number(index)] = tensor;
    parts.set(name, found);
    // Takes its place among the others.
    renamed.set(name, tensor);
  }
  for (const [name, found] of parts) {
    const [first] = found;
    const fit = [...found].every((part) => part !== undefined && part.dtype === first!.dtype && part.shape.length > 0);
    if (fit) renamed.set(name, joinLazy(name, found));
    else renamed.delete(name);
  }
  return renamed;
}

function reshaped(tensors: Tensors, shapeOf: (name: string, shape: Shape) => Shape): Tensors {
  return new Map(
    [...tensors].map(([name, tensor]) => {
      const shape = shapeOf(name, tensor.shape);
      return [name, shape === tensor.shape ? tensor : reshapeLazy(tensor, shape)];
    }),
  );
}

function translateBy(naming: Naming, tensors: Tensors, config: NetworkConfig | undefined): readonly Translation[] {
  const renamed = rename(tensors, naming.rename(tensors));
  const { source, architectures, reversed = "", shapes = [(_, shape) => shape] } = naming;
  if (naming.values !== undefined) for (const [name, tensor] of renamed) renamed.set(name, naming.values(name, tensor));
  const stem = renamed.get(reversed);
  if (stem !== undefined && stem.shape.length > 1) renamed.set(reversed, reverseChannels(stem));
  const settings = naming.settings?.(tensors, config) ?? { epsilons: [], assumptions: [] };
  return shapes.map((shapeOf) => ({ source, architectures, ...settings, tensors: reshaped(renamed, shapeOf) }));
}

/**
 * Translates a state dict with torchvision's or transformers' names into timm's names and shapes; nothing is read. More
 * than one result where shapes depend on the architecture, none where the names are of neither.
 *
 * @param config transformers' `config.json`, as parsed.
 * @throws UnsupportedError when the configuration is of a network that timm does not have.
 */
export function translateNames(
  tensors: Tensors,
  { config }: { readonly config?: NetworkConfig | undefined } = {},
): readonly Translation[] {
  const naming = NAMINGS.find((candidate) => candidate.isOf(tensors));
  return naming === undefined ? [] : translateBy(naming, tensors, config);
}
