import { nearestRange, resizeNearest } from "./nearest.ts";
import { resizeOpenCv } from "./opencv.ts";
import { torchMethod } from "./torch-method.ts";

/** What few models take of resizing: torchvision's and OpenCV's ways, and the nearest pixel. */
export interface RareResize {
  readonly nearestRange: typeof nearestRange;
  readonly resizeNearest: typeof resizeNearest;
  readonly resizeOpenCv: typeof resizeOpenCv;
  readonly torchMethod: typeof torchMethod;
}

export const RARE_RESIZE: RareResize = { nearestRange, resizeNearest, resizeOpenCv, torchMethod };
