import { quote, UnsupportedError } from "@samoyed/core";
import type { InertRecord } from "./checkpoint.ts";
import { PARTS_HINT } from "./foreign-files.ts";

/**
 * The error for an object without tensors in the place of a state dict, which says what the object is and what to do.
 *
 * @param where its place: `the checkpoint`.
 */
export function explainObject({ global }: InertRecord, where: string): UnsupportedError {
  const details = { global };
  if (global.startsWith("__torch__.")) {
    return new UnsupportedError(
      `${where} is a TorchScript module without parameters: it was frozen, and its weights are constants of its code`,
      { hint: "In Python, save the module as it was before torch.jit.freeze, or its state dict.", details },
    );
  }
  if (global.startsWith("torch.distributed.checkpoint.")) {
    return new UnsupportedError(`${where} is the directory of a checkpoint in parts (torch.distributed.checkpoint)`, {
      hint: PARTS_HINT,
      details,
    });
  }
  return new UnsupportedError(`${where} is an object of ${quote(global)} without tensors`, {
    hint: "Samoyed executes nothing from a checkpoint. In Python, save `model.state_dict()`.",
    details,
  });
}
