import { findModel, fitArchitecture, fitModel, loadArchitecture } from "@samoyed/models";
import type { RecordedModel } from "../recorded-model.ts";
import type { Fits } from "./fit-scope.ts";

/**
 * What the weights are searched for: the network that the caller or the file names, else any that is known.
 *
 * @throws UnsupportedError when no model has the caller's name, or its architecture is not there.
 */
export async function fitsOf(model: string | undefined, recorded: Pick<RecordedModel, "named">): Promise<Fits> {
  const named = model === undefined ? recorded.named?.info : await findModel(model);
  if (named === undefined) return fitModel;
  const name = named.architectureName;
  const architecture = await loadArchitecture(name);
  return async (tensors) => {
    const numClasses = fitArchitecture(architecture, tensors);
    return numClasses === undefined ? undefined : { architecture, numClasses, name };
  };
}
