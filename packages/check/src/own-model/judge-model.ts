import {
  type BackendResult,
  type Check,
  compareValues,
  topPredictions,
  TOLERANCES,
  type ValueComparison,
  verdictOf,
} from "@samoyed/golden";
import type { Contract, Tensor } from "@samoyed/core";
import { isOfTask } from "@samoyed/core";
import type { ModelReference, Outputs } from "./model-reference.ts";
import type { ModelOutput } from "./run-model.ts";

/** A comparison, and where its largest difference is. */
interface Placed extends ValueComparison {
  readonly run: number;
}

/** The result of one backend on a model. */
export function judgeModel(
  { backend, output }: { readonly backend: string; readonly output: ModelOutput },
  { reference, contract }: { readonly reference: ModelReference; readonly contract: Contract | undefined },
): BackendResult {
  const common = { backend, standIn: contract?.standIn !== undefined };
  if (output.kind === "not run") {
    const { reason, fix } = output;
    return { ...common, verdict: { kind: "not run", reason, fix }, references: [], checks: [] };
  }
  if (output.kind === "crashed") {
    const { version, reason } = output;
    const known = version === undefined ? {} : { version };
    return { ...common, ...known, verdict: { kind: "crashed", reason }, references: [], checks: [] };
  }
  const { version } = output;
  if (output.kind === "broke") {
    const check: Check = { name: "outputs", status: "failed", reference: "exact", message: output.reason };
    return { ...common, version, verdict: verdictOf([check]), references: [], checks: [check] };
  }
  const worst = [...reference.runs[0]!.keys()].map((name) =>
    output.runs
      .map((outputs, run): Placed => ({ ...compareOutput(name, outputs, { reference, run }), run }))
      .reduce((most, next) => (worse(next, most) ? next : most)),
  );
  const checks = [...extraOutputs(output.runs[0]!, reference), ...worst.flatMap((comparison) => comparison.checks)];
  const most = worst.reduce((one, next) => (worse(next, one) ? next : one));
  const logits = classLogitsOf(output.runs[0]!, contract);
  return {
    ...common,
    version,
    verdict: verdictOf(checks),
    references: [reference.kind],
    checks,
    ...(Number.isNaN(most.maxAbs) ? {} : { comparison: comparisonOf(most) }),
    ...(logits && { top: topPredictions(logits.values, logits.labels) }),
    milliseconds: output.milliseconds,
  };
}

function compareOutput(
  name: string,
  outputs: Outputs,
  { reference, run }: { readonly reference: ModelReference; readonly run: number },
): ValueComparison {
  const values = reference.runs[run]!.get(name)!;
  const noise = reference.noise.get(name) ?? { max: 0, rms: 0 };
  const actual = outputOf(name, outputs, reference.runs[run]!.size);
  if (actual === undefined) {
    const message = `there is no output ${name}; the model gives ${[...outputs.keys()].join(", ")}`;
    const check: Check = { name: "outputs", status: "failed", reference: "exact", message };
    return { maxAbs: NaN, maxInNoise: NaN, worst: 0, rms: NaN, rmsInNoise: NaN, checks: [check] };
  }
  const policy = TOLERANCES.float32;
  return compareValues(actual, { name, reference: { kind: reference.kind, values, noise }, policy });
}

/** An output by its name; where both have only one, the names may differ. */
function outputOf(name: string, outputs: Outputs, expected: number): Tensor | undefined {
  const only = outputs.size === 1 && expected === 1 ? [...outputs.values()][0] : undefined;
  return outputs.get(name) ?? only;
}

/** Outputs that the reference does not have. */
function extraOutputs(outputs: Outputs, { runs: [expected] }: ModelReference): Check[] {
  if (outputs.size <= expected!.size) return [];
  const extra = [...outputs.keys()].filter((name) => !expected!.has(name)).join(", ");
  return [{ name: "outputs", status: "failed", reference: "exact", message: `the reference has no output ${extra}` }];
}

function failures({ checks }: ValueComparison): number {
  return checks.filter(({ status }) => status === "failed").length;
}

function worse(a: ValueComparison, b: ValueComparison): boolean {
  if (failures(a) !== failures(b)) return failures(a) > failures(b);
  return a.maxInNoise > b.maxInNoise || Number.isNaN(b.maxInNoise);
}

function comparisonOf({
  maxAbs,
  maxInNoise,
  rms,
  rmsInNoise,
  run,
  worst,
}: Placed): NonNullable<BackendResult["comparison"]> {
  return { maxAbs, maxInNoise, rms, rmsInNoise, worst: { image: run, class: worst } };
}

/** The logits of a classifier's first run, and the names of its classes. */
function classLogitsOf(
  outputs: Outputs,
  contract: Contract | undefined,
): { readonly values: Float32Array; readonly labels: readonly string[] | undefined } | undefined {
  if (contract === undefined || !isOfTask(contract, "logits")) return undefined;
  const logits = outputs.get(contract.output);
  return logits?.dtype === "float32" ? { values: logits.data as Float32Array, labels: contract.labels } : undefined;
}
