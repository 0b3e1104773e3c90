import type { Accuracy } from "./answers.ts";
import { worstLayer } from "./compare-taps.ts";
import type { Drift } from "./drift.ts";
import { UNCHANGED } from "./pick-recording.ts";
import type { Answer, BackendResult, CaseResult, Verdict } from "./result.ts";

/** One line of a case's table. */
export interface ReportRow {
  readonly name: string;
  /** Absent for references. */
  readonly verdict?: Verdict["kind"];
  /** The verdict as shown: `passed, stand-in`. */
  readonly verdictText: string;
  /** The kinds of reference that the verdict rests on. */
  readonly reference: string;
  readonly answer: string;
  readonly accuracy: string;
  readonly max: string;
  readonly rms: string;
  readonly kl: string;
  /** What storing the weights in fewer bits costs: how far the logits are from the original's. */
  readonly drift: string;
  /** Inside the network: the layer that is furthest off. */
  readonly layers: string;
  readonly time: string;
}

/** A column of the table: what heads it, and what it shows. */
export interface ReportColumn {
  readonly key: Exclude<keyof ReportRow, "verdict">;
  readonly title: string;
}

const COLUMNS: readonly ReportColumn[] = [
  { key: "name", title: "" },
  { key: "verdictText", title: "verdict" },
  { key: "reference", title: "reference" },
  { key: "answer", title: "answer" },
  { key: "accuracy", title: "accuracy" },
  { key: "max", title: "max |Δ|" },
  { key: "rms", title: "rms Δ" },
  { key: "kl", title: "KL" },
  { key: "drift", title: "drift" },
  { key: "layers", title: "layers" },
  { key: "time", title: "ms" },
];

/** A sentence below the table, with the weight that it has. */
export interface ReportNote {
  readonly kind: Verdict["kind"] | "note";
  readonly text: string;
  /** What mends it, often a command: to be shown whole. */
  readonly fix?: string;
}

/** A case as every report shows it. */
export interface ReportTable {
  readonly columns: readonly ReportColumn[];
  readonly rows: readonly ReportRow[];
  readonly notes: readonly ReportNote[];
}

/** The rows of a case: the references first, then what was held against them; columns that would be empty are left out. */
export function reportTable(result: CaseResult): ReportTable {
  const { documented, pytorch, backends } = result;
  const rows: ReportRow[] = documented.map(({ top }) => ({ ...EMPTY, name: "documented", answer: answerText(top[0]) }));
  for (const { stored, top, accuracy, noise, drift } of pytorch) {
    rows.push({
      ...EMPTY,
      name: stored === UNCHANGED ? "PyTorch, recorded" : `PyTorch, ${stored} weights`,
      answer: result.images === 1 ? answerText(top[0]) : "",
      accuracy: accuracyText(accuracy),
      max: `${noise.max.toExponential(1)} (1.0 F)`,
      rms: `${noise.rms.toExponential(1)} (1.0 F)`,
      drift: driftText(drift),
    });
  }
  rows.push(...backends.map((backend) => backendRow(backend, result.images)));
  const columns = COLUMNS.filter(({ key }) => rows.some((row) => row[key] !== ""));
  return { columns, rows, notes: notesOf(result) };
}

const EMPTY: Omit<ReportRow, "name" | "verdict"> = {
  verdictText: "",
  reference: "",
  answer: "",
  accuracy: "",
  max: "",
  rms: "",
  kl: "",
  drift: "",
  layers: "",
  time: "",
};

function backendRow(result: BackendResult, images: number): ReportRow {
  const { comparison, verdict, version } = result;
  const measured = comparison !== undefined && !Number.isNaN(comparison.maxAbs);
  return {
    name: version === undefined ? result.backend : `${result.backend} ${version}`,
    verdict: verdict.kind,
    verdictText: result.standIn && verdict.kind !== "not run" ? `${verdict.kind}, stand-in` : verdict.kind,
    reference: result.references.join(" + "),
    answer: images === 1 ? answerText(result.top?.[0]) : "",
    accuracy: accuracyText(result.accuracy),
    max: measured ? `${comparison.maxAbs.toExponential(1)} (${comparison.maxInNoise.toFixed(1)} F)` : "",
    rms: measured ? `${comparison.rms.toExponential(1)} (${comparison.rmsInNoise.toFixed(1)} F)` : "",
    kl: measured ? comparison.kl.toExponential(1) : "",
    drift: driftText(result.drift),
    layers: layersText(result),
    time: result.milliseconds === undefined ? "" : result.milliseconds.toFixed(result.milliseconds < 10 ? 1 : 0),
  };
}

function notesOf({ preprocess, statements, backends }: CaseResult): ReportNote[] {
  const status = preprocess.status;
  const notes: ReportNote[] = [
    {
      kind: status === "passed" || status === "failed" ? status : "not run",
      text: `preprocessing: ${preprocess.message}`,
    },
  ];
  for (const { backend, verdict } of backends) {
    if (verdict.kind === "passed") {
      notes.push(...verdict.notes.map((text): ReportNote => ({ kind: "note", text: `${backend}: ${text}` })));
    } else if (verdict.kind === "not run") {
      notes.push({ kind: "not run", text: `${backend}: not run: ${verdict.reason}`, fix: verdict.fix });
    } else {
      notes.push(...verdict.reasons.map((text): ReportNote => ({ kind: verdict.kind, text: `${backend}: ${text}` })));
    }
  }
  notes.push(...statements.map((text): ReportNote => ({ kind: "note", text })));
  return notes;
}

/** What the weights of a case are, and how they are stored where that changes them. */
export function weightsText({ standIn, weights, stored }: CaseResult): string {
  const text = standIn ? weights : `weights: ${weights}`;
  return stored === UNCHANGED ? text : `${text}; stored as ${stored}`;
}

function driftText(drift: Drift | undefined): string {
  if (drift === undefined) return "";
  const kept = drift.images > 1 ? `, ${drift.images - drift.changed.length} answers kept` : "";
  return `${drift.max.toExponential(1)}, ${drift.sqnr.toFixed(1)} dB${kept}`;
}

function layersText({ taps, checks }: BackendResult): string {
  if (taps === undefined) return checks.find(({ name }) => name === "taps")?.status ?? "";
  const { name, maxInNoise } = worstLayer(taps.layers);
  return `${maxInNoise.toFixed(1)} F at ${name}`;
}

function answerText(answer: Answer | undefined): string {
  return answer === undefined ? "" : `${answer.label} ${answer.probability.toFixed(4)}`;
}

function accuracyText(accuracy: Accuracy | undefined): string {
  if (accuracy === undefined) return "";
  const percent = ((100 * accuracy.correct) / accuracy.images).toFixed(1);
  const same = accuracy.same === undefined ? "" : `, ${accuracy.same} as PyTorch`;
  return `${percent} % of ${accuracy.images}${same}`;
}
