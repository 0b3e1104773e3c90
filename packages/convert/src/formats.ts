import { onnxFormat } from "@samoyed/format-onnx";
import { smydFormat } from "@samoyed/format-smyd";
import { tfjsFormat } from "@samoyed/format-tfjs";
import { pt2Format } from "@samoyed/format-pt2";
import type { Format, SourceFormat } from "@samoyed/graph";
import { PLANNED_OPERATORS } from "@samoyed/runtime-smyd/plan";
import { smydRefusals } from "./smyd-refusals.ts";

/** Every format that a model can become, in the order in which people are told of them; the first is the default. */
export const FORMATS: readonly Format[] = [
  onnxFormat,
  tfjsFormat,
  { ...smydFormat, operators: PLANNED_OPERATORS, findRefusals: smydRefusals },
];

/** Every format that a model can have: those that are written, and those that are only read. */
export const SOURCE_FORMATS: readonly SourceFormat[] = [...FORMATS, pt2Format];
