import { UnsupportedError, UsageError } from "@samoyed/core";
import { catalogueFamily } from "./catalogue/catalogue-family.ts";
import { openCatalogue } from "./catalogue/catalogue.ts";
import { FAMILIES } from "./families/index.ts";
import type { Architecture, Classifier, Family, InputSize } from "./family.ts";
import type { Parameter, TensorType } from "./parameter.ts";
import { tapName } from "./tap-name.ts";

/**
 * The family of an architecture.
 *
 * @throws UsageError when no family has that name.
 */
export function familyOf({ family: name }: Architecture): Family {
  const families = [...FAMILIES, catalogueFamily];
  const found = families.find((family) => family.name === name);
  if (found !== undefined) return found;
  const known = families.map((family) => family.name).join(", ");
  throw new UsageError(`architecture of family ${JSON.stringify(name)}; expected one of ${known}`);
}

let known: ReadonlyMap<string, Architecture> | undefined;

/** Every architecture of the families, by timm's name without a tag, in timm's order. Read once. */
export function architectures(): ReadonlyMap<string, Architecture> {
  return (known ??= new Map(FAMILIES.flatMap((family) => [...family.architectures()])));
}

/** timm's names without a tag of all architectures that `loadArchitecture` has. */
export async function architectureNames(): Promise<ReadonlySet<string>> {
  return new Set([...architectures().keys(), ...(await openCatalogue()).names]);
}

/**
 * Loads an architecture by timm's name without a tag: a family's, else the catalogue's.
 *
 * @throws UnsupportedError when the package does not contain it, with the reason.
 */
export async function loadArchitecture(name: string): Promise<Architecture> {
  const found = architectures().get(name) ?? (await (await openCatalogue()).load(name));
  if (found !== undefined) return found;
  throw new UnsupportedError(`the architecture ${name} is not in this version of Samoyed`, {
    hint: "Export the network with torch.export, and convert the .pt2 file.",
    details: { architecture: name },
  });
}

/** The architecture in a timm name: the part before the first dot. */
export function architectureName(name: string): string {
  return name.split(".", 1)[0]!;
}

/**
 * The state dict of a network in PyTorch's order: names, shapes and dtypes, buffers included, and how a
 * stand-in fills each tensor.
 *
 * With `numClasses` 0 there is no classifier. Equal to timm 1.0.29's `state_dict()` for every architecture listed.
 */
export function modelParameters(
  architecture: Architecture,
  { numClasses }: { readonly numClasses: number },
): ReadonlyMap<string, Parameter> {
  return familyOf(architecture).parameters(architecture, { numClasses });
}

/** The tensors of an architecture that depend on the number of classes. */
export function classifierOf(architecture: Architecture): Classifier {
  return familyOf(architecture).classifier(architecture);
}

/** The architecture with as many input channels as a state dict of it has; as it is, where that does not tell. */
export function withChannelsOf(architecture: Architecture, tensors: ReadonlyMap<string, TensorType>): Architecture {
  return familyOf(architecture).withChannelsOf(architecture, tensors);
}

/** The input size of an architecture: channels, height, width. */
export function inputSizeOf(architecture: Architecture): InputSize {
  return familyOf(architecture).inputSize(architecture);
}

/** The outputs that `buildModel` adds for `taps`, by descending resolution: `tap.act1`, `tap.layer1`, …. */
export function tapsOf(architecture: Architecture): readonly string[] {
  return familyOf(architecture).taps(architecture).map(tapName);
}

/** The number of classes of a state dict's classifier, which may be any number; 0 without a classifier. */
export function countClasses({ tensors: names }: Classifier, tensors: ReadonlyMap<string, TensorType>): number {
  for (const name of names) {
    const classes = tensors.get(name)?.shape[0];
    if (classes) return classes;
  }
  return 0;
}
