import { FormatError, type JsonSchema, type PreprocessConfig, schemaProblem } from "@samoyed/core";

/** A preprocessing: input size, crop, interpolation, crop mode, index of the mean and standard deviation. */
type StoredPreprocess = readonly [
  inputSize: PreprocessConfig["inputSize"],
  cropPct: number,
  interpolation: PreprocessConfig["interpolation"],
  cropMode: PreprocessConfig["cropMode"],
  normalization: number,
];

/** timm's pretrained configurations, as `tools/oracle/published.py` writes them: columns of one value per checkpoint. */
export interface PublishedTable {
  readonly version: number;
  /** Such as `timm 1.0.29`. */
  readonly source: string;
  readonly normalizations: readonly (readonly [mean: readonly number[], std: readonly number[]])[];
  readonly licenses: readonly string[];
  readonly preprocess: readonly StoredPreprocess[];
  /** Addresses up to the file's name. */
  readonly folders: readonly string[];
  readonly checkpoints: {
    readonly name: readonly string[];
    readonly classes: readonly number[];
    /** Index of the license. */
    readonly license: readonly number[];
    /** Index of the preprocessing. */
    readonly preprocess: readonly number[];
    /** The same with `use_test_size`; -1 if it does not differ. */
    readonly test: readonly number[];
    /** Repository on the Hugging Face hub: 1 for `timm/NAME`, 0 for none. */
    readonly hub: readonly (string | 0 | 1)[];
    /** Index of the folder and the file's name; 0 for none. */
    readonly url: readonly (readonly [folder: number, file: string] | 0)[];
    /** 1 if timm renames the tensors of the file at `url`. */
    readonly renamed: readonly number[];
    /** Top-1 and top-5 on ImageNet in percent, with this preprocessing; 0 where timm publishes none. */
    readonly accuracy: readonly (readonly [top1: number, top5: number] | 0)[];
  };
  /** A former name and the present one, which may have no tag. */
  readonly formerNames: readonly (readonly [former: string, present: string])[];
  /** Names of checkpoints that timm has no longer, under any name. */
  readonly removedNames: readonly string[];
}

const INDEX = { type: "integer", minimum: 0 } as const satisfies JsonSchema;
const TEXTS = { type: "array", items: { type: "string" } } as const satisfies JsonSchema;
const INDICES = { type: "array", items: INDEX } as const satisfies JsonSchema;

/** An object with exactly these keys. */
function record(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: "object", properties, required: Object.keys(properties) };
}

const SCHEMA: JsonSchema = record({
  version: { type: "integer" },
  source: { type: "string" },
  normalizations: { type: "array", items: { type: "array", minItems: 2, maxItems: 2, items: { type: "array" } } },
  licenses: TEXTS,
  preprocess: { type: "array", items: { type: "array", minItems: 5, maxItems: 5 } },
  folders: TEXTS,
  checkpoints: record({
    name: TEXTS,
    classes: INDICES,
    license: INDICES,
    preprocess: INDICES,
    test: { type: "array", items: { type: "integer", minimum: -1 } },
    hub: { type: "array" },
    url: { type: "array" },
    renamed: { type: "array", items: { type: "integer", minimum: 0, maximum: 1 } },
    accuracy: { type: "array" },
  }),
  formerNames: { type: "array", items: { ...TEXTS, minItems: 2, maxItems: 2 } },
  removedNames: TEXTS,
});

function problemOf(value: unknown): string | undefined {
  const problem = schemaProblem(value, SCHEMA, "table");
  if (problem !== undefined) return problem;
  const { checkpoints, licenses, preprocess, normalizations, folders } = value as PublishedTable;
  const count = checkpoints.name.length;
  for (const [key, column] of Object.entries(checkpoints)) {
    if (column.length !== count) return `table.checkpoints.${key} has ${column.length} items; expected ${count}`;
  }
  const references: readonly (readonly [where: string, indices: readonly number[], count: number])[] = [
    ["license", checkpoints.license, licenses.length],
    ["preprocess", checkpoints.preprocess, preprocess.length],
    ["test", checkpoints.test, preprocess.length],
    ["url", checkpoints.url.flatMap((url) => (url === 0 ? [] : url[0])), folders.length],
    ["normalization", preprocess.map((row) => row[4]), normalizations.length],
  ];
  for (const [where, indices, known] of references) {
    const wrong = indices.find((index) => index >= known);
    if (wrong !== undefined) return `${where} ${wrong} is not in the table; expected less than ${known}`;
  }
  return undefined;
}

/**
 * Checks the table of published checkpoints.
 *
 * @param file - Its name, for messages.
 * @throws FormatError when it is damaged.
 */
export function checkPublishedTable(value: unknown, file: string): PublishedTable {
  const problem = problemOf(value);
  if (problem === undefined) return value as PublishedTable;
  throw new FormatError(`${file}: the file is damaged: ${problem}`, { hint: "Install @samoyed/architectures again." });
}
