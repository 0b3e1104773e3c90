import { onnxFormat } from "@samoyed/format-onnx/format";
import { smydFormat } from "@samoyed/format-smyd/format";
import { tfjsFormat } from "@samoyed/format-tfjs/format";
import { pt2Format } from "@samoyed/format-pt2/format";
import type { Format, SourceFormat } from "@samoyed/graph";
import { smydOperators, smydRefusals } from "./smyd-refusals.ts";

/** Every format that a model can become, in the order in which people are told of them; the first is the default. */
export const FORMATS: readonly Format[] = [
  onnxFormat,
  tfjsFormat,
  { ...smydFormat, operators: smydOperators, findRefusals: smydRefusals },
];

/** Every format that a model can have: those that are written, and those that are only read. */
export const SOURCE_FORMATS: readonly SourceFormat[] = [...FORMATS, pt2Format];
