import type { Tensor } from "@samoyed/core";
import type { DriftBudget, GoldenCase } from "./case.ts";
import type { Check } from "./check.ts";
import type { LoadedRecording } from "./load-recording.ts";
import type { ReportColumn } from "./report-column.ts";
import type { BackendResult, CaseResult, PyTorchResult, TaskResult } from "./result.ts";
import type { TolerancePolicy } from "./tolerance.ts";

/** A task's output: its name in the graph, and the name of its second axis, for messages. */
export interface TaskOutput {
  /** `logits`. */
  readonly name: string;
  /** `classes`, in `[images, classes]`. */
  readonly axis: string;
}

/** A backend that ran, with its output for all images. */
export interface RanOutput {
  readonly name: string;
  readonly output: Tensor<"float32">;
}

/** Judgment of one documented reference, over every backend that ran. */
export interface DocumentedJudgment {
  /** One check for each backend, in the order given. */
  readonly checks: readonly Check[];
  /** Statements about the case as a whole. */
  readonly statements: readonly string[];
}

/** Comparison of the outputs of one case. Outputs are `[images, …]`. No method throws: a wrong output is a result. */
export interface CaseComparison {
  /** Compares an output with the recorded one, element by element. */
  compare(
    output: Tensor<"float32">,
    options: { readonly recording: LoadedRecording; readonly policy: TolerancePolicy },
  ): { readonly comparison: NonNullable<TaskResult["comparison"]>; readonly checks: readonly Check[] };
  /** Measures how far an output is from the original network's; both have the same shape. */
  measureDrift(
    output: Tensor<"float32"> | Tensor<"float64">,
    original: Tensor<"float64">,
  ): NonNullable<TaskResult["drift"]>;
  /** Describes a drift in one sentence. */
  driftText(
    drift: NonNullable<TaskResult["drift"]>,
    options: { readonly budget: DriftBudget | undefined; readonly stored: string },
  ): string;
  /** Predictions of an output, compared with those of PyTorch's (`expected`). */
  predictions(
    output: Tensor<"float32"> | Tensor<"float64">,
    expected?: Tensor<"float64">,
  ): Omit<TaskResult, "comparison" | "drift">;
  /** Judges each documented reference of the case; `pytorch` is what PyTorch gave for the same weights. */
  judgeDocumented(ran: readonly RanOutput[], pytorch: Tensor<"float64"> | undefined): readonly DocumentedJudgment[];
}

/** Cells of a table's row, by the key of their column; an absent cell is empty. */
export type Cells = Readonly<Record<string, string>>;

/** The part of a report's table that belongs to a task. */
export interface TaskColumns {
  /** In this order, between the verdict and the layers. */
  readonly columns: readonly ReportColumn[];
  documented(reference: CaseResult["documented"][number]): Cells;
  pytorch(result: PyTorchResult): Cells;
  backend(result: BackendResult): Cells;
}

/**
 * The part of golden cases that depends on the task; everything else (noise, gates, taps, recordings, verdicts, reports)
 * is the same for all tasks.
 */
export interface TaskComparison {
  /** The contract's `task`. */
  readonly name: string;
  readonly output: TaskOutput;
  /**
   * Checks the keys of case.json that belong to the task; `label` begins its errors.
   *
   * @throws FormatError that names the offending key.
   */
  checkCase(golden: GoldenCase, label: string): void;
  /**
   * Checks case.json against the recorded arrays.
   *
   * @throws MismatchError when they contradict one another.
   */
  checkRecorded(
    golden: GoldenCase,
    options: { readonly recorded: readonly LoadedRecording[]; readonly label: string },
  ): void;
  /** `labels` are names of classes for a case without its own. */
  forCase(golden: GoldenCase, options: { readonly labels: readonly string[] | undefined }): CaseComparison;
  readonly table: TaskColumns;
}
