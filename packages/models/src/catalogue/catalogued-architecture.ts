import type { Architecture } from "../family.ts";
import type { ActivationName } from "../activation-nodes.ts";
import type { ArchitectureFile } from "./architecture-file.ts";

/** Other settings than a catalogued network's own. */
export interface CatalogueChanges {
  readonly activation?: ActivationName;
  readonly epsilon?: number;
}

/** An architecture of the catalogue, loaded. */
export interface CataloguedArchitecture extends Architecture {
  readonly family: "catalogue";
  /** timm's name without a tag. */
  readonly name: string;
  /** The name of its file; architectures that are the same network share one. */
  readonly fileName: string;
  readonly file: ArchitectureFile;
  /** The number of input channels. */
  readonly channels: number;
  /** Settings that are not the network's own. */
  readonly changes?: CatalogueChanges;
  /** Why PyTorch or timm refuse its feature maps; absent where they do not, or nobody tried. */
  readonly noTaps?: string;
}

/** The number of channels that a graph's images have. */
export function storedChannels({ graph }: ArchitectureFile): number {
  return Number(graph.input[1]);
}

/** The number of input channels of a state dict of the architecture; the architecture's own where it does not tell. */
export function channelsOf(
  file: ArchitectureFile,
  tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>,
): number {
  const own = storedChannels(file);
  const shapes = new Map(file.tensors.map(([name, shape]) => [name, shape]));
  for (const [name, axis] of file.channels) {
    const size = tensors.get(name)?.shape[axis];
    const stored = shapes.get(name)?.[axis];
    // Where pixels become channels first, the weight has a multiple of the image's.
    const channels = size === undefined || stored === undefined ? own : (size * own) / stored;
    if (Number.isInteger(channels) && channels > 0) return channels;
  }
  return own;
}
