import { nearestRange, resizeNearest } from "./nearest.ts";
import { torchMethod } from "./torch-method.ts";

/** What few models take of resizing: torchvision's way, and the nearest pixel. */
export interface RareResize {
  readonly nearestRange: typeof nearestRange;
  readonly resizeNearest: typeof resizeNearest;
  readonly torchMethod: typeof torchMethod;
}

export const RARE_RESIZE: RareResize = { nearestRange, resizeNearest, torchMethod };
