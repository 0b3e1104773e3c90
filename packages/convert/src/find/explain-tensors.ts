import { type SamoyedError, UnsupportedError } from "@samoyed/core";
import { summarizeNames } from "./names.ts";

/** Names of tensors that are no weights of a plain network, what they are, and what to do. */
const KINDS: readonly (readonly [names: RegExp, what: string, hint: string])[] = [
  [
    /(?:^|\.)lora_(?:A|B|up|down|embedding_[AB])(?:\.|$)/,
    "an adapter (LoRA), or a network with one",
    "In Python, save the network that it adapts: torch.save(model.merge_and_unload().state_dict(), 'merged.pth').",
  ],
  [
    /(?:^|\.)(?:_packed_params|(?:\w+_)?fake_quant|activation_post_process|zero_point|SCB|qweight|qzeros)(?:\.|$)/,
    "a quantized network, or one that is trained to be: it computes with rounded values",
    "Save the network as it was before it was quantized, and convert it with --weights int8.",
  ],
  [
    /(?:^|\.)parametrizations\.|weight_u$/,
    "a network with parametrized weights, such as spectral norm",
    "In Python, make them plain first: torch.nn.utils.parametrize.remove_parametrizations(module, 'weight').",
  ],
  [
    /(?:^|\.)(?:exp_avg(?:_sq)?|momentum_buffer|square_avg|max_exp_avg_sq)$/,
    "the state of an optimizer, without a network",
    "Give the file of the network's weights.",
  ],
];

/** The error for tensors that are known to be something else than a network's weights; `undefined` for any others. */
export function explainTensors(names: readonly string[]): SamoyedError | undefined {
  for (const [pattern, what, hint] of KINDS) {
    const found = names.filter((name) => pattern.test(name));
    if (found.length === 0) continue;
    return new UnsupportedError(`the checkpoint is ${what}: ${summarizeNames(found)}`, { hint });
  }
  return undefined;
}
