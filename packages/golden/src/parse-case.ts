import { FormatError, type JsonSchema, parseStrictJson, schemaProblem, UnsupportedError } from "@samoyed/core";
import { CHECKPOINT_SCHEMAS, GOLDEN_CASE_SCHEMA, REFERENCE_SCHEMAS } from "./case-schema.ts";
import { CASE_SCHEMA, type GoldenCase } from "./case.ts";
import { comparisonOf } from "./tasks.ts";

/** Limit on the text: 10,000 images with hashes and a thousand labels take 2 MB. */
const MAX_CASE_CHARACTERS = 64 << 20;

/**
 * Reads the text of a case.json, strictly: an unknown key is an error, because a misspelled one would drop a check.
 *
 * @throws FormatError that names the offending key by its path.
 * @throws UnsupportedError when the case was written for a later version, or its task is unknown.
 */
export function parseCase(json: string, label = "case.json"): GoldenCase {
  if (json.length > MAX_CASE_CHARACTERS) {
    throw new FormatError(`${label}: ${json.length} characters; expected at most ${MAX_CASE_CHARACTERS}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new FormatError(`${label}: is not JSON`, { cause });
  }
  // JSON.parse keeps the last of two equal keys.
  parseStrictJson(json, label);
  const schema = keyOf(value, "schema");
  if (typeof schema === "number" && schema > CASE_SCHEMA) {
    throw new UnsupportedError(`${label}: has schema ${schema}; this version reads up to ${CASE_SCHEMA}`, {
      hint: "Update samoyed.",
    });
  }
  check(value, { schema: GOLDEN_CASE_SCHEMA, path: "case", label });
  const parsed = value as GoldenCase;
  checkKind(parsed.checkpoint, { schemas: CHECKPOINT_SCHEMAS, path: "case.checkpoint", label });
  for (const [index, reference] of parsed.references.entries()) {
    const path = `case.references[${index}]`;
    checkKind(reference, { schemas: REFERENCE_SCHEMAS, path, label });
    if (reference.kind === "recorded") checkEnvironment(reference.environment, `${label}: ${path}.environment`);
  }
  checkImages(parsed, label);
  checkRecordings(parsed, label);
  comparisonOf(parsed).checkCase(parsed, label);
  return parsed;
}

function check(
  value: unknown,
  options: { readonly schema: JsonSchema; readonly path: string; readonly label: string },
): void {
  const problem = schemaProblem(value, options.schema, options.path);
  if (problem !== undefined) throw new FormatError(`${options.label}: ${problem}`);
}

function checkKind(
  value: unknown,
  options: { readonly schemas: ReadonlyMap<unknown, JsonSchema>; readonly path: string; readonly label: string },
): void {
  const { schemas, path, label } = options;
  const kind = keyOf(value, "kind");
  const schema = schemas.get(kind);
  if (!schema) {
    throw new FormatError(
      `${label}: ${path}.kind is ${JSON.stringify(kind)}; expected ${[...schemas.keys()].join(", ")}`,
    );
  }
  check(value, { schema, path, label });
}

function checkEnvironment(value: unknown, path: string): void {
  const flat =
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((entry) => typeof entry === "string" || typeof entry === "number");
  if (!flat) throw new FormatError(`${path} is not an object of strings and numbers`);
}

function checkImages({ images, inputSha256 }: GoldenCase, label: string): void {
  if (inputSha256.length !== images.length) {
    throw new FormatError(`${label}: case.inputSha256 has ${inputSha256.length} hashes for ${images.length} images`);
  }
  for (const [index, image] of images.entries()) {
    const path = `${label}: case.images[${index}]`;
    if ((image.path === undefined) === (image.asset === undefined)) {
      throw new FormatError(
        `${path} has ${image.path === undefined ? "neither" : "both"} path and asset; expected one`,
      );
    }
  }
}

function checkRecordings({ references, taps }: GoldenCase, label: string): void {
  const original = references.some((reference) => reference.kind === "recorded" && reference.stored === undefined);
  for (const [index, reference] of references.entries()) {
    if (reference.kind !== "recorded") continue;
    const { stored, budget, weightsSha256, taps64, taps32 } = reference;
    const path = `${label}: case.references[${index}]`;
    if (stored !== undefined && (weightsSha256 === undefined || !original)) {
      const missing = original ? "no weightsSha256" : "no recording of the original";
      throw new FormatError(`${path} is of weights stored as ${stored} and has ${missing}`);
    }
    if (stored === undefined && budget) throw new FormatError(`${path} has a drift budget and no stored weights`);
    if ((taps64 === undefined) !== (taps32 === undefined) || (taps64 !== undefined && !taps)) {
      throw new FormatError(`${path} names taps64 or taps32; expected both, and the case's taps, or none`);
    }
  }
}

function keyOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
