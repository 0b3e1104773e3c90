import type { Checkpoint } from "@samoyed/checkpoint";
import type { Assumption } from "@samoyed/models";
import { type ChosenModel, chooseModel } from "./choose-model.ts";
import { type FoundWeights, findWeights, type WeightsOptions } from "./find/find-weights.ts";
import { type HeadChoice, headSettings } from "./find/head-settings.ts";
import { isOwnHead } from "./find/head.ts";
import { fitsOf } from "./find/fits-of.ts";
import type { HubConfig } from "./hub-config.ts";
import { type RecordedModel, recordedModel } from "./recorded-model.ts";
import { withHub } from "./with-hub.ts";

/** Options of `openNetwork`. */
export interface OpenNetworkOptions extends WeightsOptions {
  /** timm's name of the network. */
  readonly model?: string | undefined;
  /** Settings of the network that its tensors do not show, by name: `activation`. */
  readonly assume?: ReadonlyMap<string, string> | undefined;
  /** What the files beside the checkpoint say. */
  readonly hub?: HubConfig | undefined;
  /** The size of images that the caller gives: tables of positions are resampled for it. */
  readonly size?: readonly [height: number, width: number] | undefined;
}

/** The network in a checkpoint. */
export interface OpenedNetwork extends FoundWeights {
  readonly model: ChosenModel;
  /** What a head computes that the architecture itself does not have. */
  readonly headChoice: HeadChoice;
  /** What the network computes and its tensors do not show. */
  readonly assumptions: readonly Assumption[];
  readonly recorded: RecordedModel;
}

/**
 * Finds the weights in a checkpoint and decides which network they are. No weight is read.
 *
 * @throws what `findWeights`, `recordedModel` and `chooseModel` throw.
 */
export async function openNetwork(
  checkpoint: Pick<Checkpoint, "root">,
  { model: name, hub, assume, size, ...where }: OpenNetworkOptions = {},
): Promise<OpenedNetwork> {
  const recorded = await withHub(await recordedModel(checkpoint), hub);
  const weights = await findWeights(checkpoint, { ...where, fits: await fitsOf(name, { recorded, hub }) });
  const { tensors, head, modules, headModules, enclosingClass } = weights;
  const { choice, assumptions, rest } = headSettings(head, { given: assume, modules: headModules });
  const headClasses = isOwnHead(head) ? head.last.weight.shape[0] : undefined;
  const model = await chooseModel(tensors, {
    model: name,
    recorded,
    hub,
    assume: rest,
    headClasses,
    modules,
    enclosingClass,
    size,
  });
  return {
    ...weights,
    recorded,
    model,
    headChoice: choice,
    assumptions: [...model.assumptions, ...assumptions],
  };
}
