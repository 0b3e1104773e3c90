import { type DType, DTYPES, FormatError, schemaProblem, type StandInFill, UnsupportedError } from "@samoyed/core";
import type { JsonSchema } from "@samoyed/core";
import type { RecordedReference } from "../case.ts";
import { REFERENCE_SCHEMAS } from "../case-schema.ts";

/** The version of a census case that this package reads. */
export const CENSUS_SCHEMA = 1;

/** A network of the census, as in its case.json: seeded weights, one seeded image, PyTorch's answer. */
export interface CensusCase {
  readonly schema: typeof CENSUS_SCHEMA;
  /** timm's name of the network, which is the folder's too. */
  readonly name: string;
  /** The module of timm that it is the smallest network of. */
  readonly module: string;
  /** Number of its parameters. */
  readonly parameters: number;
  /** The seed of weights and input. */
  readonly seed: string;
  /** `[1, channels, height, width]`. */
  readonly input: readonly [number, number, number, number];
  /** SHA-256 over the bytes of all tensors, in the order of tensors.json.gz. */
  readonly weightsSha256: string;
  /** Parameters that move PyTorch's answer by less than float32's noise, such as the bias of attention's keys. */
  readonly idle: readonly string[];
  /** Logits of shape `[1, classes]`; an output of another rank in one row. */
  readonly reference: RecordedReference;
}

/** A tensor of a network, as in tensors.json.gz: filled from the seed, or stored. */
export type CensusTensor = {
  readonly name: string;
  /** Where the `.pt2` file keeps it. */
  readonly place: "weights" | "constants";
  readonly dtype: DType;
  readonly shape: readonly number[];
} & (
  | {
      readonly fill: StandInFill;
      /** The name whose values it has, where a network uses one weight under several names. */
      readonly sharedWith?: string;
    }
  | { readonly offset: number }
);

/** Limit on the tensors of a network; the largest has three thousand. */
const MAX_TENSORS = 100_000;

const text: JsonSchema = { type: "string", minLength: 1 };
const count: JsonSchema = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
const size: JsonSchema = { type: "integer", minimum: 1, maximum: 1 << 14 };

const CASE: JsonSchema = {
  type: "object",
  properties: {
    schema: { const: CENSUS_SCHEMA },
    name: { type: "string", pattern: "^[a-z0-9_]+$" },
    module: text,
    parameters: count,
    seed: text,
    input: { type: "array", minItems: 4, maxItems: 4, items: size },
    weightsSha256: { type: "string", pattern: "^[0-9a-f]{64}$" },
    idle: { type: "array", minItems: 0, maxItems: MAX_TENSORS, items: text },
    reference: REFERENCE_SCHEMAS.get("recorded")!,
  },
  required: ["schema", "name", "module", "parameters", "seed", "input", "weightsSha256", "idle", "reference"],
  additionalProperties: false,
};

const TENSOR = {
  name: text,
  place: { enum: ["weights", "constants"] },
  dtype: { enum: DTYPES },
  shape: { type: "array", minItems: 0, maxItems: 16, items: count },
} satisfies Record<string, JsonSchema>;
const FILL: JsonSchema = {
  type: "object",
  properties: {
    kind: { enum: ["normal", "constant"] },
    std: { type: "number", minimum: 0, maximum: 1e6 },
    mean: { type: "number", minimum: -1e6, maximum: 1e6 },
    value: { type: "number", minimum: -1e6, maximum: 1e6 },
  },
  required: ["kind"],
  additionalProperties: false,
};
const TENSORS: JsonSchema = {
  type: "array",
  minItems: 1,
  maxItems: MAX_TENSORS,
  items: {
    type: "object",
    properties: { ...TENSOR, fill: FILL, sharedWith: text, offset: count },
    required: Object.keys(TENSOR),
    additionalProperties: false,
  },
};

/**
 * Reads a case.json of the census, strictly.
 *
 * @throws FormatError that names the offending key.
 * @throws UnsupportedError when it was written for a later version.
 */
export function parseCensusCase(json: string, label: string): CensusCase {
  const value = parse(json, label) as Partial<CensusCase> | null;
  if (typeof value?.schema === "number" && value.schema > CENSUS_SCHEMA) {
    throw new UnsupportedError(`${label}: has schema ${value.schema}; this version reads up to ${CENSUS_SCHEMA}`, {
      hint: "Update samoyed.",
    });
  }
  check(value, CASE, `${label}: case`);
  return value as CensusCase;
}

/**
 * Reads the tensors of a network.
 *
 * @throws FormatError that names the offending entry.
 */
export function parseCensusTensors(json: string, label: string): readonly CensusTensor[] {
  const value = parse(json, label);
  check(value, TENSORS, `${label}: tensors`);
  const tensors = value as readonly Partial<{ name: string; fill: Partial<Record<string, unknown>>; offset: number }>[];
  for (const { name, fill, offset } of tensors) {
    const filled = fill !== undefined && typeof (fill["kind"] === "normal" ? fill["std"] : fill["value"]) === "number";
    if (filled === (offset !== undefined)) {
      throw new FormatError(`${label}: tensor ${name} has ${filled ? "a fill and an offset" : "no whole fill"}`);
    }
  }
  return value as readonly CensusTensor[];
}

function parse(json: string, label: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new FormatError(`${label}: is not JSON`, { cause });
  }
}

function check(value: unknown, schema: JsonSchema, path: string): void {
  const problem = schemaProblem(value, schema, path);
  if (problem !== undefined) throw new FormatError(problem);
}
