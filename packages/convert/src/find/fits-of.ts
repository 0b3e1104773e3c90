import {
  findModel,
  fitArchitecture,
  fitModel,
  loadArchitecture,
  translateNames,
  withChannelsOf,
} from "@samoyed/models";
import type { HubConfig } from "../hub-config.ts";
import type { RecordedModel } from "../recorded-model.ts";
import type { Fits } from "./fit-scope.ts";
import type { NamedTensors } from "./names.ts";
import { renumber, renumberPath } from "./renumber.ts";

/** What says which network it is, besides the tensors. */
interface Statements {
  readonly recorded: Pick<RecordedModel, "named">;
  readonly hub: HubConfig | undefined;
}

/** Whether tensors are a network under timm's names. */
async function fitsOwn(model: string | undefined, { named }: Statements["recorded"]): Promise<Fits> {
  const info = model === undefined ? named?.info : await findModel(model);
  if (info === undefined) return fitModel;
  const name = info.architectureName;
  const loaded = await loadArchitecture(name);
  return async (tensors) => {
    const architecture = withChannelsOf(loaded, tensors);
    const numClasses = fitArchitecture(architecture, tensors);
    return numClasses === undefined ? undefined : { architecture, numClasses, name };
  };
}

/**
 * What the weights are searched for: the network that the caller or the file names, else any that is known, under timm's
 * names or another library's.
 *
 * @throws UnsupportedError when no model has the caller's name, or its architecture is not there.
 */
export async function fitsOf(model: string | undefined, { recorded, hub }: Statements): Promise<Fits> {
  const own = await fitsOwn(model, recorded);
  return async (tensors: NamedTensors) => {
    const found = await own(tensors);
    if (found !== undefined) return found;
    const renamed = renumber(tensors);
    const numbered = renamed && (await own(renamed));
    if (numbered !== undefined) return { ...numbered, renamed, renamePath: renumberPath };
    for (const translation of translateNames(tensors, { config: hub?.config })) {
      const translated = await own(translation.tensors);
      if (translated !== undefined) return { ...translated, translated: true };
    }
    return undefined;
  };
}
