import { worstLayer } from "./compare-taps.ts";
import { UNCHANGED } from "./pick-recording.ts";
import type { ReportColumn } from "./report-column.ts";
import type { BackendResult, CaseResult, PyTorchResult, Verdict } from "./result.ts";
import type { Cells } from "./task-comparison.ts";
import { comparisonOf } from "./tasks.ts";

/** One line of a case's table. */
export interface ReportRow {
  /** Verdict; absent for references. */
  readonly verdict?: Verdict["kind"];
  /** The text of each column, by its key. */
  readonly cells: Cells;
}

/** Columns that every task has, before and after its own. */
const BEFORE: readonly ReportColumn[] = [
  { key: "name", title: "" },
  { key: "verdict", title: "verdict" },
  { key: "reference", title: "reference" },
];
const AFTER: readonly ReportColumn[] = [
  { key: "layers", title: "layers", leftOut: 4 },
  { key: "time", title: "ms", leftOut: 1 },
];

/** A sentence below the table. */
export interface ReportNote {
  readonly kind: Verdict["kind"] | "note";
  readonly text: string;
  /** Fix, often a command: not to be wrapped. */
  readonly fix?: string;
}

/** Rows and notes of a case, as every report shows them. */
export interface ReportTable {
  readonly columns: readonly ReportColumn[];
  readonly rows: readonly ReportRow[];
  readonly notes: readonly ReportNote[];
}

/** Makes the rows of a case: the references first, then the backends; empty columns are omitted. */
export function reportTable(result: CaseResult): ReportTable {
  const { documented, pytorch, backends } = result;
  const { table } = comparisonOf(result);
  const rows: ReportRow[] = [
    ...documented.map((reference) => ({ cells: { name: "documented", ...table.documented(reference) } })),
    ...pytorch.map((recorded) => ({
      cells: {
        name: recorded.stored === UNCHANGED ? "PyTorch, recorded" : `PyTorch, ${recorded.stored} weights`,
        ...table.pytorch(recorded),
      },
    })),
    ...backends.map((backend) => ({
      verdict: backend.verdict.kind,
      cells: { ...backendCells(backend), ...table.backend(backend) },
    })),
  ];
  const columns = [...BEFORE, ...table.columns, ...AFTER].filter(({ key }) =>
    rows.some((row) => cellOf(row, key) !== ""),
  );
  return { columns, rows, notes: notesOf(result) };
}

/** Returns the text of a row in a column. */
export function cellOf({ cells }: ReportRow, key: string): string {
  return cells[key] ?? "";
}

function backendCells(result: BackendResult): Cells {
  const { backend, verdict, version, milliseconds } = result;
  return {
    name: version === undefined ? backend : `${backend} ${version}`,
    verdict: result.standIn && verdict.kind !== "not run" ? `${verdict.kind}, stand-in` : verdict.kind,
    reference: result.references.join(" + "),
    layers: layersText(result),
    time: milliseconds === undefined ? "" : milliseconds.toFixed(milliseconds < 10 ? 1 : 0),
  };
}

function notesOf({ preprocess, statements, backends, pytorch }: CaseResult): ReportNote[] {
  const status = preprocess.status;
  const notes: ReportNote[] = [
    {
      kind: status === "passed" || status === "failed" ? status : "not run",
      text: `preprocessing: ${preprocess.message}`,
    },
    ...pytorch.map((recorded): ReportNote => ({ kind: "note", text: noiseText(recorded) })),
  ];
  for (const { backend, verdict } of backends) {
    if (verdict.kind === "passed") {
      notes.push(...verdict.notes.map((text): ReportNote => ({ kind: "note", text: `${backend}: ${text}` })));
    } else if (verdict.kind === "crashed") {
      notes.push({ kind: "crashed", text: `${backend}: crashed: ${verdict.reason}` });
    } else if (verdict.kind === "not run") {
      notes.push({ kind: "not run", text: `${backend}: not run: ${verdict.reason}`, fix: verdict.fix });
    } else {
      notes.push(...verdict.reasons.map((text): ReportNote => ({ kind: verdict.kind, text: `${backend}: ${text}` })));
    }
  }
  notes.push(...statements.map((text): ReportNote => ({ kind: "note", text })));
  return notes;
}

/** Describes F beside PyTorch's own numbers: how many of their digits float32 keeps. */
function noiseText({ stored, noise, largest }: PyTorchResult): string {
  const digits = Math.log10(largest / noise.max).toFixed(1);
  const whose = stored === UNCHANGED ? "PyTorch itself" : `PyTorch itself with ${stored} weights`;
  return `F: ${whose} is off by ${noise.max.toExponential(1)} in float32, where its largest output is ${largest.toPrecision(3)}: ${digits} digits`;
}

/** Describes the weights of a case, and their storage where it changes them. */
export function weightsText({ standIn, weights, stored }: CaseResult): string {
  const text = standIn ? weights : `weights: ${weights}`;
  return stored === UNCHANGED ? text : `${text}; stored as ${stored}`;
}

function layersText({ taps, checks }: BackendResult): string {
  if (taps === undefined) return checks.find(({ name }) => name === "taps")?.status ?? "";
  const { name, maxInNoise } = worstLayer(taps.layers);
  return `${maxInNoise.toFixed(1)} F at ${name}`;
}
