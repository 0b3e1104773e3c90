import { FormatError } from "@samoyed/core";
import { architectures } from "./architectures.ts";
import { type ParameterDifference, parameterDifferences, type TensorType } from "./differences.ts";
import { modelParameters } from "./parameters.ts";

const STATISTICS = /\.running_(?:mean|var)$/;

/** Names of tensors that the error shows. */
const SHOWN = 3;

/** The architectures with group norms that have exactly these tensors, by name. */
function groupNormsWith(tensors: ReadonlyMap<string, TensorType>): readonly string[] {
  const numClasses = tensors.get("fc.weight")?.shape[0] ?? 0;
  return [...architectures()]
    .filter(([, config]) => config.normLayer === "groupnorm")
    .filter(([, config]) => parameterDifferences(modelParameters(config, { numClasses }), tensors).length === 0)
    .map(([name]) => name);
}

/**
 * The error for a checkpoint that has all of a network's tensors but the running statistics, and none of those: its
 * parameters were saved. `undefined` where it differs in another way.
 *
 * The tensors of a batch norm without statistics are those of a group norm, which computes something else: that has to be
 * asked for by the network's name.
 */
export function missingStatistics(
  differences: readonly ParameterDifference[],
  { tensors, label }: { readonly tensors: ReadonlyMap<string, TensorType>; readonly label: string },
): FormatError | undefined {
  const parametersOnly =
    differences.length > 0 && differences.every(({ kind, name }) => kind === "missing" && STATISTICS.test(name));
  if (!parametersOnly || [...tensors.keys()].some((name) => STATISTICS.test(name))) return undefined;
  const names = differences.map(({ name }) => name);
  const shown = names.slice(0, SHOWN).join(", ");
  const rest = names.length - SHOWN;
  const grouped = groupNormsWith(tensors);
  return new FormatError(
    `the checkpoint has no running statistics, which the batch norms of ${label} need: ` +
      `${shown}${rest > 0 ? ` and ${rest} more` : ""} are missing`,
    {
      hint:
        "In Python, save `model.state_dict()`; `parameters()` and `named_parameters()` leave buffers out." +
        (grouped.length === 0 ? "" : ` If it has group norms, name the network: --model ${grouped.join(" or ")}.`),
      details: { missing: names },
    },
  );
}
