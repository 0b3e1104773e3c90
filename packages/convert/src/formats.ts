import { onnxFormat } from "@samoyed/format-onnx";
import { smydFormat } from "@samoyed/format-smyd";
import { tfjsFormat } from "@samoyed/format-tfjs";
import type { Format } from "@samoyed/graph";
import { smydRefusals } from "./smyd-refusals.ts";

/** Every format that a model can become, in the order in which people are told of them; the first is the default. */
export const FORMATS: readonly Format[] = [onnxFormat, tfjsFormat, { ...smydFormat, findRefusals: smydRefusals }];
