import type { PreprocessConfig } from "@samoyed/core";

/** Elements of an input tensor. */
export type InputDType = NonNullable<PreprocessConfig["dtype"]>;

/** Settings of a `TensorForm`. */
export interface FormSettings {
  readonly channels: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly dtype?: InputDType | undefined;
  readonly layout?: "chw" | "hwc" | undefined;
  readonly channelOrder?: "rgb" | "bgr" | undefined;
  readonly valueRange?: number | undefined;
  readonly padValue?: number | undefined;
}
