import { InternalError, lazyFromChunks, type LazyTensor } from "@samoyed/core";
import { modelParameters } from "./architecture.ts";
import { buildModel } from "./build-model.ts";
import type { StoredProfiles } from "./catalogue/architecture-file.ts";
import type { CataloguedArchitecture } from "./catalogue/catalogued-architecture.ts";
import type { Architecture } from "./family.ts";
import { type GraphProfile, profileOf } from "./graph-profile.ts";
import type { TensorType } from "./parameter.ts";

/** A state dict by names and types, and its number of classes. */
export interface StateOf {
  readonly tensors: ReadonlyMap<string, TensorType>;
  /** 0 without a classifier. */
  readonly numClasses: number;
}

function unread(name: string, { dtype, shape }: TensorType): LazyTensor {
  return lazyFromChunks({ name, dtype, shape }, () => {
    throw new InternalError(`${name} was read: graphs are compared without weights`);
  });
}

function storedProfiles(architecture: Architecture): StoredProfiles | undefined {
  return (architecture as Partial<CataloguedArchitecture>).file?.profiles;
}

/** What an architecture's graph is compared by: the stored profile, or that of its graph, which takes up to a second. */
export function architectureProfile(architecture: Architecture, { tensors, numClasses }: StateOf): GraphProfile {
  const stored = storedProfiles(architecture)?.[numClasses === 0 ? "features" : "logits"];
  if (stored !== undefined) return stored;
  const lazy = new Map([...tensors].map(([key, type]) => [key, unread(key, type)]));
  return profileOf(buildModel({ architecture, numClasses, tensors: lazy }));
}

/** A number of classes: it does not change a profile. */
const CLASSES = 10;

/** The profiles of an architecture of the catalogue, to be stored with it where others have its tensors. */
export function architectureProfiles(architecture: CataloguedArchitecture): StoredProfiles {
  const ofClasses = (numClasses: number): GraphProfile =>
    architectureProfile(architecture, { numClasses, tensors: modelParameters(architecture, { numClasses }) });
  const { outputs } = architecture.file.graph;
  return {
    ...(outputs["logits"] !== undefined && { logits: ofClasses(CLASSES) }),
    ...(outputs["features"] !== undefined && { features: ofClasses(0) }),
  };
}
