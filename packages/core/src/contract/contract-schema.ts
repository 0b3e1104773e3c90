import { CONTRACT_VERSION } from "./contract-base.ts";
import type { ContractTask } from "./tasks/task.ts";
import { MAX_LABELS } from "./tasks/classification.ts";
import { PREPROCESS_SCHEMA } from "./preprocess-schema.ts";
import type { JsonSchema } from "../json/json-schema.ts";

/** Most reference probabilities in a contract: all classes of ImageNet-21k. */
const MAX_TOP = 32_768;

/** Most output elements of a self-test; a few dozen are enough. */
const MAX_SAMPLES = 1024;

const text: JsonSchema = { type: "string", minLength: 1 };
const sha256: JsonSchema = { type: "string", pattern: "^[0-9a-f]{64}$" };

const reference: JsonSchema = {
  type: "object",
  properties: {
    kind: { enum: ["documented", "recorded"] },
    source: text,
    imageSha256: sha256,
    top: {
      type: "array",
      items: {
        type: "object",
        properties: {
          index: { type: "integer", minimum: 0, maximum: MAX_LABELS },
          label: { type: "string" },
          probability: { type: "number", minimum: 0, maximum: 1 },
        },
        required: ["index", "probability"],
        additionalProperties: false,
      },
      maxItems: MAX_TOP,
    },
  },
  required: ["kind", "source", "top"],
  additionalProperties: false,
};

/** Keys of every contract that are written before and after the task's own. */
const BEFORE: Readonly<Record<string, JsonSchema>> = {
  version: { const: CONTRACT_VERSION },
  model: text,
  task: text,
  input: text,
  output: text,
  taps: { type: "array", items: text, maxItems: 10_000 },
  preprocess: PREPROCESS_SCHEMA,
};
const AFTER: Readonly<Record<string, JsonSchema>> = {
  weights: { type: "string", pattern: "^[a-z][a-z0-9-]{0,31}$" },
  license: text,
  source: {
    type: "object",
    properties: { name: text, sha256 },
    required: ["name", "sha256"],
    additionalProperties: false,
  },
  assumptions: {
    type: "array",
    items: {
      type: "object",
      properties: {
        setting: text,
        value: text,
        origin: { enum: ["given", "file", "published", "assumed"] },
        source: text,
      },
      required: ["setting", "value", "origin"],
      additionalProperties: false,
    },
    maxItems: 1000,
  },
  standIn: text,
  references: { type: "array", items: reference, maxItems: 1000 },
  selfTest: {
    type: "object",
    properties: {
      seed: { type: "integer", minimum: 1, maximum: 2 ** 31 - 1 },
      values: { type: "array", items: { type: "number" }, minItems: 1, maxItems: MAX_SAMPLES },
      tolerance: { type: "number", exclusiveMinimum: 0 },
      by: text,
    },
    required: ["seed", "values", "tolerance", "by"],
    additionalProperties: false,
  },
  generator: text,
};

/**
 * What a task's contracts have to be: their schema without the words for readers.
 */
export function contractRules(task: ContractTask | undefined): JsonSchema {
  return {
    type: "object",
    properties: { ...BEFORE, ...(task && { task: { const: task.name }, ...task.properties }), ...AFTER },
    required: ["version", "model", "task", "input", "output", "preprocess", "weights", "generator"],
    additionalProperties: task === undefined,
  };
}

/**
 * The JSON Schema (draft 2020-12) of a task's contracts. The order of its properties is the order in which they are
 * written. Without a task it is the schema of a contract of an unknown task: the keys of every contract are checked, and
 * any other key is allowed.
 */
export function contractSchema(task: ContractTask | undefined): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `urn:samoyed:contract:${CONTRACT_VERSION}${task ? `:${task.name}` : ""}`,
    title: "Samoyed model contract",
    description: "Everything a runtime needs besides the graph.",
    ...contractRules(task),
  };
}
