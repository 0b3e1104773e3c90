import { MismatchError } from "@samoyed/core";
import { classifierOf, modelParameters } from "./architecture.ts";
import { describeDifference, type ParameterDifference, parameterDifferences } from "./differences.ts";
import type { Architecture, Classifier } from "./family.ts";
import { missingStatistics } from "./missing-statistics.ts";
import type { TensorType } from "./parameter.ts";

/** Most differences listed in an error. */
const SHOWN = 10;

/** Hint for names that all share a prefix: a network wrapped in another one, unknown to the unwrapping rules. */
export function prefixHint(tensors: ReadonlyMap<string, TensorType>): string | undefined {
  const names = [...tensors.keys()];
  const prefix = /^[^.]+\./.exec(names[0] ?? "")?.[0];
  if (prefix === undefined || !names.every((name) => name.startsWith(prefix))) return undefined;
  return (
    `All names begin with ${JSON.stringify(prefix)}. If the weights of a known network are under that prefix, give it with ` +
    "--prefix; export any other network with torch.export, and convert the .pt2 file."
  );
}

/** Options of `mismatch`. */
export interface MismatchOptions {
  readonly tensors: ReadonlyMap<string, TensorType>;
  /** Name of the architecture in the message. */
  readonly label: string;
  readonly classifier: Classifier;
}

/** Hint for a set of differences with a known pattern. */
function hintFor(
  differences: readonly ParameterDifference[],
  { tensors, classifier }: Pick<MismatchOptions, "tensors" | "classifier">,
): string {
  const hint = prefixHint(tensors);
  if (hint !== undefined) return hint;
  const modules = classifier.tensors.map((name) => name.slice(0, name.lastIndexOf(".") + 1));
  if (differences.every(({ name }) => modules.some((module) => name.startsWith(module)))) {
    return "Only the classifier differs, and is of a kind that is not built: export the network with torch.export, and convert the .pt2 file.";
  }
  if (differences.every(({ kind }) => kind === "unexpected")) {
    const globs = [...new Set(differences.map(({ name }) => name.replace(/\..*$/u, ".*")))];
    const ignore = globs.map((glob) => `--ignore ${JSON.stringify(glob)}`).join(" ");
    return `To convert it without them: ${ignore}. To convert all of it, export it with torch.export, and convert the .pt2 file.`;
  }
  const stem = differences.find(({ kind, name }) => kind === "shape" && name === "conv1.weight");
  const small = stem?.kind === "shape" && stem.got.slice(2).join() === "3,3" && stem.expected.slice(2).join() === "7,7";
  if (small) {
    return "It has the 3 × 3 stem of networks for small images (CIFAR): export it with torch.export, and convert the .pt2 file.";
  }
  return "Name the network that the checkpoint was trained as with --model (samoyed models lists them), or leave --model out; export one that is not there with torch.export, and convert the .pt2 file.";
}

/** The error for a checkpoint that does not fit, with the first ten differences. */
export function mismatch(
  differences: readonly ParameterDifference[],
  { tensors, label, classifier }: MismatchOptions,
): MismatchError {
  const shown = differences.slice(0, SHOWN).map(describeDifference);
  const rest = differences.length - shown.length;
  const count = `${differences.length} ${differences.length === 1 ? "tensor differs" : "tensors differ"}`;
  return new MismatchError(
    `the checkpoint does not fit ${label}: ${count}: ${shown.join("; ")}${rest > 0 ? `; and ${rest} more` : ""}`,
    {
      hint: hintFor(differences, { tensors, classifier }),
      details: { differences: differences.slice(0, SHOWN), count: differences.length },
    },
  );
}

/**
 * Checks a state dict against a network: every name, shape and dtype.
 *
 * Weights may be float16, bfloat16, float32 or float64; `num_batches_tracked` may be absent.
 *
 * @throws MismatchError with the first ten differences; FormatError when only the running statistics are missing.
 */
export function checkParameters(
  tensors: ReadonlyMap<string, TensorType>,
  options: {
    readonly architecture: Architecture;
    readonly numClasses: number;
    /** Name of the architecture in the message. Default: `the architecture`. */
    readonly label?: string;
  },
): void {
  const { architecture, numClasses, label = "the architecture" } = options;
  const differences = parameterDifferences(modelParameters(architecture, { numClasses }), tensors);
  if (differences.length === 0) return;
  const classifier = classifierOf(architecture);
  throw missingStatistics(differences, { tensors, label }) ?? mismatch(differences, { tensors, label, classifier });
}
