import { type JsonSchema, MAX_LABELS, PREPROCESS_SCHEMA } from "@samoyed/core";
import { MAX_DOCUMENTED_TOLERANCE, MIN_DRIFT_SQNR } from "./tolerance.ts";

/** Limit on images in one case: each runs on every backend. */
const MAX_IMAGES = 10_000;
const MAX_REFERENCES = 16;
const MAX_SETS = 16;
const MAX_BACKENDS = 64;
/** Limit on the blocks of a network; the deepest has a hundred. */
const MAX_TAPS = 1000;
/** Limit on the elements along an axis of a layer's output; real networks have at most a few thousand. */
const MAX_TAP_SIZE = 1 << 20;

const text: JsonSchema = { type: "string", minLength: 1 };
const sha256: JsonSchema = { type: "string", pattern: "^[0-9a-f]{64}$" };
/** Relative, with forward slashes, so that a case is the same on every machine. */
const path: JsonSchema = { type: "string", pattern: "^[^/\\\\:][^\\\\:]*$" };
const name: JsonSchema = { type: "string", pattern: "^[a-z0-9][a-z0-9.-]*$" };
const index: JsonSchema = { type: "integer", minimum: 0, maximum: MAX_LABELS - 1 };

function object(
  properties: Readonly<Record<string, JsonSchema>>,
  options: { readonly optional?: readonly string[] } = {},
): JsonSchema {
  const required = Object.keys(properties).filter((key) => !options.optional?.includes(key));
  return { type: "object", properties, required, additionalProperties: false };
}

/** Schema of case.json, except for the parts that depend on a `kind`. */
export const GOLDEN_CASE_SCHEMA: JsonSchema = object(
  {
    schema: { const: 1 },
    name,
    title: text,
    model: text,
    task: name,
    sets: { type: "array", minItems: 1, maxItems: MAX_SETS, items: name },
    slow: { type: "array", minItems: 1, maxItems: MAX_BACKENDS, items: name },
    checkpoint: {},
    images: {
      type: "array",
      minItems: 1,
      maxItems: MAX_IMAGES,
      items: object({ path, asset: text, sha256, label: index }, { optional: ["path", "asset", "label"] }),
    },
    preprocess: PREPROCESS_SCHEMA,
    inputSha256: { type: "array", minItems: 1, maxItems: MAX_IMAGES, items: sha256 },
    imageSet: object({ count: { type: "integer", minimum: 1, maximum: MAX_IMAGES }, sha256 }),
    labels: { type: "array", minItems: 1, maxItems: MAX_LABELS, items: text },
    accuracy: object({ correct: index, total: index }),
    taps: object({
      positions: path,
      layers: {
        type: "array",
        minItems: 1,
        maxItems: MAX_TAPS,
        items: object({
          name: text,
          shape: {
            type: "array",
            minItems: 3,
            maxItems: 3,
            items: { type: "integer", minimum: 1, maximum: MAX_TAP_SIZE },
          },
        }),
      },
    }),
    references: { type: "array", minItems: 1, maxItems: MAX_REFERENCES, items: {} },
  },
  { optional: ["task", "sets", "slow", "labels", "accuracy", "taps"] },
);

/** The `checkpoint` of each kind. */
export const CHECKPOINT_SCHEMAS: ReadonlyMap<unknown, JsonSchema> = new Map([
  [
    "stand-in",
    object({
      kind: { const: "stand-in" },
      note: text,
      seed: text,
      head: path,
      headSha256: sha256,
      signs: path,
      signsSha256: sha256,
      weightsSha256: sha256,
    }),
  ],
  ["file", object({ kind: { const: "file" }, path, sha256, weightsSha256: sha256 }, { optional: ["weightsSha256"] })],
]);

/** A reference of each kind. */
export const REFERENCE_SCHEMAS: ReadonlyMap<unknown, JsonSchema> = new Map([
  [
    "documented",
    object({
      kind: { const: "documented" },
      source: text,
      top: {
        type: "array",
        minItems: 1,
        maxItems: 1000,
        items: object({ index, label: text, probability: { type: "number", minimum: 0, maximum: 1 } }),
      },
      tolerance: { type: "number", exclusiveMinimum: 0, maximum: MAX_DOCUMENTED_TOLERANCE },
      reason: text,
    }),
  ],
  [
    "recorded",
    object(
      {
        kind: { const: "recorded" },
        stored: name,
        budget: object({ sqnr: { type: "number", minimum: MIN_DRIFT_SQNR }, reason: text }),
        logits64: path,
        logits32: path,
        taps64: path,
        taps32: path,
        noise: object({ max: { type: "number", exclusiveMinimum: 0 }, rms: { type: "number", exclusiveMinimum: 0 } }),
        environment: {},
        weightsSha256: sha256,
      },
      { optional: ["stored", "budget", "taps64", "taps32", "weightsSha256"] },
    ),
  ],
]);
