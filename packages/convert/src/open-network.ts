import type { Checkpoint } from "@samoyed/checkpoint";
import { type ChosenModel, chooseModel } from "./choose-model.ts";
import { type FoundWeights, findWeights, type WeightsOptions } from "./find/find-weights.ts";
import { fitsOf } from "./find/fits-of.ts";
import type { HubConfig } from "./hub-config.ts";
import { type RecordedModel, recordedModel } from "./recorded-model.ts";
import { withHub } from "./with-hub.ts";

/** Options of `openNetwork`. */
export interface OpenNetworkOptions extends WeightsOptions {
  /** timm's name of the network. */
  readonly model?: string | undefined;
  /** What the files beside the checkpoint say. */
  readonly hub?: HubConfig | undefined;
}

/** The network in a checkpoint. */
export interface OpenedNetwork extends FoundWeights {
  readonly model: ChosenModel;
  readonly recorded: RecordedModel;
}

/**
 * Finds the weights in a checkpoint and decides which network they are. No weight is read.
 *
 * @throws what `findWeights`, `recordedModel` and `chooseModel` throw.
 */
export async function openNetwork(
  checkpoint: Pick<Checkpoint, "root">,
  { model: name, hub, ...where }: OpenNetworkOptions = {},
): Promise<OpenedNetwork> {
  const recorded = await withHub(await recordedModel(checkpoint), hub);
  const weights = await findWeights(checkpoint, { ...where, fits: await fitsOf(name, { recorded, hub }) });
  const { tensors, head } = weights;
  const headClasses = head !== undefined && head.hidden.length > 0 ? head.last.weight.shape[0] : undefined;
  const model = await chooseModel(tensors, { model: name, recorded, hub, headClasses });
  return { ...weights, recorded, model };
}
