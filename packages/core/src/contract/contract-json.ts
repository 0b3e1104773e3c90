import { CONTRACT_VERSION } from "./contract-base.ts";
import { contractRules } from "./contract-schema.ts";
import { type Contract, findTask, requireTask } from "./contract-tasks.ts";
import type { PreprocessConfig } from "./preprocess-config.ts";
import { PREPROCESS_SCHEMA } from "./preprocess-schema.ts";
import { FormatError, UnsupportedError } from "../errors.ts";
import { type JsonSchema, schemaProblem } from "../json/json-schema.ts";

/** A million labels of 60 characters; anything longer is not a contract. */
const MAX_CONTRACT_CHARACTERS = 64 * 1024 * 1024;

/**
 * Reads a contract from its JSON. For an unknown task, only the keys that all contracts share are checked.
 *
 * @throws FormatError when it is not JSON, or breaks the schema of its task (the message names the first violation's path).
 * @throws UnsupportedError when a later version of Samoyed wrote it.
 */
export function parseContract(json: string): Contract {
  if (json.length > MAX_CONTRACT_CHARACTERS) {
    throw new FormatError(`contract: ${json.length} characters; expected at most ${MAX_CONTRACT_CHARACTERS}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new FormatError("contract: is not valid JSON", { cause });
  }
  return checkContract(value);
}

/**
 * Writes a contract as JSON: keys in the schema's order, no spaces, absent keys left out, so that equal contracts give
 * equal bytes.
 *
 * @throws FormatError when the contract breaks the schema of its task.
 * @throws UnsupportedError when its task is unknown, and with it the order of its keys.
 */
export function encodeContract(contract: Contract): string {
  return JSON.stringify(inSchemaOrder(checkContract(contract), contractRules(requireTask(contract))));
}

/**
 * Reads preprocessing settings, as in contracts and golden cases.
 *
 * @throws FormatError when they break the contract's schema.
 */
export function checkPreprocess(value: unknown): PreprocessConfig {
  const found = schemaProblem(value, PREPROCESS_SCHEMA, "preprocess");
  if (found !== undefined) {
    throw new FormatError(found);
  }
  const config = value as PreprocessConfig;
  const channels = config.inputSize[0];
  for (const [key, values] of [
    ["mean", config.mean],
    ["std", config.std],
  ] as const) {
    if (values.length !== channels) {
      throw new FormatError(`preprocess.${key} has ${values.length} numbers; expected ${channels}, one per channel`);
    }
  }
  return config;
}

function checkContract(value: unknown): Contract {
  refuseLaterVersion(value);
  const task = typeof value === "object" && value !== null && "task" in value ? value.task : undefined;
  const schema = contractRules(typeof task === "string" ? findTask(task) : undefined);
  const found = schemaProblem(value, schema, "contract");
  if (found !== undefined) {
    throw new FormatError(found, { hint: "The model was not written by Samoyed, or was changed afterwards." });
  }
  const contract = value as Contract;
  checkPreprocess(contract.preprocess);
  return contract;
}

function refuseLaterVersion(value: unknown): void {
  if (typeof value === "object" && value !== null && "version" in value) {
    const { version } = value;
    if (typeof version === "number" && Number.isInteger(version) && version > CONTRACT_VERSION) {
      throw new UnsupportedError(
        `contract: has version ${version}; this Samoyed reads up to version ${CONTRACT_VERSION}`,
        { hint: "Update Samoyed.", details: { version } },
      );
    }
  }
}

function inSchemaOrder(value: unknown, schema: JsonSchema): unknown {
  if (Array.isArray(value)) {
    return schema.items === undefined ? value : value.map((item) => inSchemaOrder(item, schema.items!));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const entries = new Map<string, unknown>(Object.entries(value));
  const ordered = Object.entries(schema.properties ?? {})
    .filter(([key]) => entries.get(key) !== undefined)
    .map(([key, property]) => [key, inSchemaOrder(entries.get(key), property)] as const);
  return Object.fromEntries(ordered);
}
