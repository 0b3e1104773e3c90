import { onnxFormat } from "@samoyed/format-onnx/format";
import { smydFormat } from "@samoyed/format-smyd/format";
import { tfjsFormat } from "@samoyed/format-tfjs/format";
import { pt2Format } from "@samoyed/format-pt2/format";
import type { Format, SourceFormat } from "@samoyed/graph";
import { smydOperators, smydRefusals } from "./smyd-refusals.ts";

/** `.smyd` with its own runtime's word on what is written; the format itself knows no runtime. */
const checkedSmyd: Format = {
  ...smydFormat,
  operators: smydOperators,
  async prepare(graph, context) {
    const refusals = await smydRefusals(graph, context);
    return { ...(await smydFormat.prepare(graph, context)), refusals };
  },
};

/** Every format that a model can become, in the order in which people are told of them; the first is the default. */
export const FORMATS: readonly Format[] = [onnxFormat, tfjsFormat, checkedSmyd];

/** Every format that a model can have: those that are written, and those that are only read. */
export const SOURCE_FORMATS: readonly SourceFormat[] = [...FORMATS, pt2Format];
