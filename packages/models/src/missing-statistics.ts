import { FormatError } from "@samoyed/core";
import { architectures, classifierOf, countClasses, modelParameters } from "./architecture.ts";
import { type ParameterDifference, parameterDifferences } from "./differences.ts";
import type { Architecture } from "./family.ts";
import type { TensorType } from "./parameter.ts";

/** PyTorch's names of the batch norm buffers used in evaluation. */
const STATISTICS = /\.running_(?:mean|var)$/;

/** Most tensor names in the error. */
const SHOWN = 3;

/** Names of the architectures with exactly these tensors: those with group norms. */
function architecturesWith(tensors: ReadonlyMap<string, TensorType>): readonly string[] {
  const fits = ([, architecture]: readonly [string, Architecture]): boolean => {
    const numClasses = countClasses(classifierOf(architecture), tensors);
    return parameterDifferences(modelParameters(architecture, { numClasses }), tensors).length === 0;
  };
  return [...architectures()].filter(fits).map(([name]) => name);
}

/**
 * The error for a checkpoint that has all of a network's tensors but no running statistics: only its
 * parameters were saved. `undefined` if it differs in another way.
 *
 * The tensors of a batch norm without statistics are those of a group norm, which computes something else: the user must
 * request that by the network's name.
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
  const grouped = architecturesWith(tensors);
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
