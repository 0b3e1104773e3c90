import { float32ArrayToFloat16 } from "@samoyed/core";

import { RARE_RESIZE, type RareResize } from "../resize/rare-resize.ts";
import { checkConfig } from "./check-config.ts";
import { ruleSize } from "./resize-rule.ts";

/** What few models take of a transform. */
export interface RareTransform extends RareResize {
  readonly checkConfig: typeof checkConfig;
  readonly float32ArrayToFloat16: typeof float32ArrayToFloat16;
  readonly ruleSize: typeof ruleSize;
}

export const RARE_TRANSFORM: RareTransform = { ...RARE_RESIZE, checkConfig, float32ArrayToFloat16, ruleSize };
