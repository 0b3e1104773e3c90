/** The part of JSON Schema (draft 2020-12) that Samoyed's own schemas use. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: "object" | "array" | "string" | "number" | "integer";
  readonly const?: string | number;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  /** Whether keys that `properties` does not name are allowed; they are not when absent. */
  readonly additionalProperties?: boolean;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
}

/**
 * The first violation of a schema by a JSON value, as `path is X; expected Y`, or `undefined` if there is none.
 * Numbers must be finite, which they always are in JSON text.
 */
export function schemaProblem(value: unknown, schema: JsonSchema, path: string): string | undefined {
  if (schema.const !== undefined && value !== schema.const) {
    return problem(path, value, JSON.stringify(schema.const));
  }
  if (schema.enum !== undefined && !schema.enum.some((allowed) => allowed === value)) {
    return problem(path, value, `one of ${schema.enum.join(", ")}`);
  }
  switch (schema.type) {
    case "object":
      return objectProblem(value, schema, path);
    case "array":
      return arrayProblem(value, schema, path);
    case "string":
      return stringProblem(value, schema, path);
    case "number":
    case "integer":
      return numberProblem(value, schema, path);
    default:
      return undefined;
  }
}

function objectProblem(value: unknown, schema: JsonSchema, path: string): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return problem(path, value, "an object");
  }
  const properties = new Map(Object.entries(schema.properties ?? {}));
  const entries = new Map<string, unknown>(Object.entries(value));
  const missing = schema.required?.find((key) => entries.get(key) === undefined);
  if (missing !== undefined) {
    return `${path}.${missing} is missing`;
  }
  for (const [key, entry] of entries) {
    const entrySchema = properties.get(key);
    if (entrySchema === undefined) {
      if (schema.additionalProperties === true) continue;
      return `${path} has the unknown key ${JSON.stringify(key)}; expected ${[...properties.keys()].join(", ")}`;
    }
    const found = entry === undefined ? undefined : schemaProblem(entry, entrySchema, `${path}.${key}`);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

function arrayProblem(value: unknown, schema: JsonSchema, path: string): string | undefined {
  if (!Array.isArray(value)) {
    return problem(path, value, "an array");
  }
  const { minItems = 0, maxItems = Infinity, items } = schema;
  if (value.length < minItems || value.length > maxItems) {
    return `${path} has ${value.length} items; expected ${minItems} to ${maxItems}`;
  }
  if (items === undefined) return undefined;
  // Texts of paths would take most of the time: only a problem needs its own.
  const wrong = value.findIndex((item) => schemaProblem(item, items, path) !== undefined);
  return wrong === -1 ? undefined : schemaProblem(value[wrong], items, `${path}[${wrong}]`);
}

function stringProblem(value: unknown, schema: JsonSchema, path: string): string | undefined {
  if (typeof value !== "string" || value.length < (schema.minLength ?? 0)) {
    return problem(path, value, schema.minLength ? "a non-empty string" : "a string");
  }
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, "u").test(value)) {
    return problem(path, value, `a string that matches ${schema.pattern}`);
  }
  return undefined;
}

function numberProblem(value: unknown, schema: JsonSchema, path: string): string | undefined {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity, type } = schema;
  if (typeof value !== "number" || !Number.isFinite(value) || (type === "integer" && !Number.isSafeInteger(value))) {
    return problem(path, value, type === "integer" ? "an integer" : "a finite number");
  }
  if (value < minimum || value > maximum || value <= exclusiveMinimum) {
    const from = exclusiveMinimum > -Infinity ? `more than ${exclusiveMinimum}` : `${minimum} to ${maximum}`;
    return problem(path, value, from);
  }
  return undefined;
}

function problem(path: string, value: unknown, expected: string): string {
  const got = typeof value === "object" && value !== null ? (Array.isArray(value) ? "an array" : "an object") : value;
  const shown = typeof got === "string" && got === value ? JSON.stringify(got) : String(got);
  return `${path} is ${shown.length > 80 ? `${shown.slice(0, 77)}...` : shown}; expected ${expected}`;
}
