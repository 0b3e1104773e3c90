import { UnsupportedError } from "@samoyed/core";
import type { Modules } from "@samoyed/models";

/** Classes of PyTorch's that have no tensors and change what a network computes, wherever they are around it. */
const COMPUTING =
  /^torch\.nn\.modules\.(?:activation\.(?:Sigmoid|LogSigmoid|Softmax|Softmax2d|Softmin|LogSoftmax|Hardsigmoid)|instancenorm\.\w+|normalization\.(?:LocalResponseNorm|CrossMapLRN2d)|upsampling\.\w+)$/;

/**
 * Requires that the modules around a network leave its numbers alone: a Softmax after it, or a norm of the images in front.
 *
 * @throws UnsupportedError with the first one that does not.
 */
export function requirePassing(modules: Modules): void {
  for (const [path, { class: name }] of modules) {
    if (!COMPUTING.test(name)) continue;
    throw new UnsupportedError(
      `the checkpoint's module has ${path}, a ${name}, around the network: its numbers are not the network's`,
      { hint: "Export the whole module with torch.export, and convert the .pt2 file." },
    );
  }
}
