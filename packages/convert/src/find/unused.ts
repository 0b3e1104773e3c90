/**
 * Names of tensors that training leaves in a state dict and inference does not use, as patterns of whole names (without
 * wrappers and prefixes):
 *
 * - counters: of `torch.optim.swa_utils.AveragedModel`, of the profiler `thop`, of `ema_pytorch`;
 * - weights of losses, and the states of metrics that Lightning saves with its module;
 * - what contrastive learning trains beside a backbone, and drops: MoCo's queue, SwAV's prototypes, DINO's heads,
 *   projectors and predictors; the mask and the decoder of masked autoencoders.
 */
const UNUSED: readonly RegExp[] = [
  /^(?:.+\.)?(?:n_averaged|total_ops|total_params|num_updates|initted|step)$/,
  /^(?:.+\.)?(?:loss|loss_fn|loss_fun|loss_func|loss_function|criterion|criteria)(?:_\w+)?\..+$/,
  /^(?:.+\.)?\w+_(?:loss|criterion)\..+$/,
  /^(?:(?:train|val|valid|validation|test)_)?(?:acc|accuracy|top[15]|f1|auroc|auc|precision|recall|metrics?(?!_fc)|confmat|confusion_matrix)(?:_\w+)?\..+$/,
  /^\w+_(?:acc|accuracy|f1|auroc|auc|metrics?|confmat)\..+$/,
  /^queue\d?(?:_ptr)?$/,
  /^(?:(?:online|target|momentum)_)?(?:projection_head|projector|predictor|prototypes)\..+$/,
  /^(?:mask_token|decoder_pos_embed)$/,
  /^decoder_(?:embed|blocks|norm|pred)\..+$/,
  /^head\.(?:mlp|last_layer)\..+$/,
];

/** Whether inference has no use for a tensor of this name. */
export function isUnused(name: string): boolean {
  return UNUSED.some((pattern) => pattern.test(name));
}

/** The names beside a network that inference has no use for: a projector's norm has no name of its own. */
export function unusedBeside(names: readonly string[]): ReadonlySet<string> {
  const hasProjector = names.some((name) => name.startsWith("projector."));
  return new Set(names.filter((name) => isUnused(name) || (hasProjector && /^bn\.\w+$/.test(name))));
}

/** Encoders of contrastive learning, by a component of their names: the one that is kept, before the one that is not. */
export const ENCODERS: readonly (readonly [kept: string, other: string])[] = [
  ["encoder_q", "encoder_k"],
  ["base_encoder", "momentum_encoder"],
  ["online_encoder", "target_encoder"],
  ["online_network", "target_network"],
];

/**
 * Whether the classifier of a network under this prefix is a projection, whose outputs are not classes: that of an encoder
 * beside its other, or beside a predictor.
 */
export function isProjecting(prefix: string, beside: readonly string[]): boolean {
  const components = prefix.split(".");
  // SimSiam has one encoder, and a predictor beside it.
  if (components.includes("encoder") && beside.some((name) => name.startsWith("predictor."))) return true;
  const pair = ENCODERS.find((encoders) => encoders.some((encoder) => components.includes(encoder)));
  if (pair === undefined) return false;
  return beside.some((name) => {
    const others = name.split(".");
    return pair.some((encoder) => !components.includes(encoder) && others.includes(encoder));
  });
}

/** DINO's head, whose teacher is an average of the student; that of a distillation is another network. */
export function isDinoHead(name: string): boolean {
  return /(?:^|\.)head\.last_layer\./.test(name);
}

/** Whether a key or prefix says that its weights are averages over training, which are the better ones. */
export function isAveraged(name: string): boolean {
  return name.split(/[._]/).some((word) => /^(?:ema|swa|averaged?|avg)$/i.test(word));
}
