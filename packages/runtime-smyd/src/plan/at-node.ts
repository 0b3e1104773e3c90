import { UnsupportedError } from "@samoyed/core";
import { MixedImagesError } from "./mixed-images.ts";
import type { PlanNode } from "./model.ts";

/**
 * Does what concerns a node; an error that names no node gets this one in its details.
 *
 * @throws what `work` throws.
 */
export function atNode<T>({ name, op }: PlanNode, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof UnsupportedError) || cause instanceof MixedImagesError) throw cause;
    if (cause.details["node"] !== undefined) throw cause;
    const { message, hint, details } = cause;
    throw new UnsupportedError(message, {
      cause,
      details: { node: name, op, ...details },
      ...(hint !== undefined && { hint }),
    });
  }
}
