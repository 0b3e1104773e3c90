import { type Contract, FormatError, parseContract, UnsupportedError } from "@samoyed/core";
import { type Digests, parseDigests } from "./digests.ts";
import { type GraphNode, parseNodes } from "./graph-def.ts";
import { type ModelPort, parsePorts } from "./ports.ts";
import { checkShardName } from "./shard-name.ts";
import { parseWeightEntry, storedBytes, type WeightEntry } from "./weight-entry.ts";

/** A group of weights, and the files that contain their bytes one after the other. */
export interface WeightGroup {
  readonly files: readonly string[];
  readonly entries: readonly WeightEntry[];
  readonly byteLength: number;
}

/** Contents of model.json. */
export interface Model {
  /** Path or URL of model.json, for messages. */
  readonly label: string;
  readonly nodes: readonly GraphNode[];
  /** The topology without its nodes. */
  readonly versions: unknown;
  readonly signature: Signature;
  readonly groups: readonly WeightGroup[];
  /** SHA-256 of the weight files. */
  readonly digests: Digests;
  readonly inputs: readonly ModelPort[];
  readonly outputs: readonly ModelPort[];
  readonly contract: Contract | undefined;
}

/** The ports in a model's JSON, as in TensorFlow.js. */
export interface Signature {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * Reads model.json.
 *
 * @throws FormatError when it is not JSON, not a graph model, or violates the format.
 * @throws UnsupportedError for what the format allows but converted networks do not have: a layers model, no signature.
 * @throws MismatchError when graph and manifest disagree.
 */
export function parseModel(json: string, label: string): Model {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new FormatError(`${label}: is not JSON; expected a TensorFlow.js graph model`, { cause });
  }
  const model = (value ?? {}) as Record<string, unknown>;
  const hint = "Convert a checkpoint: samoyed convert FILE --to tfjs";
  if (model["format"] === "layers-model") {
    throw new UnsupportedError(`${label}: is a layers model; expected a graph model`, { hint });
  }
  if (model["format"] !== "graph-model") {
    throw new FormatError(`${label}: has the format ${JSON.stringify(model["format"])}; expected "graph-model"`, {
      hint,
    });
  }
  const groups = parseManifest(model["weightsManifest"], label);
  const weights = new Map<string, WeightEntry>();
  for (const entry of groups.flatMap(({ entries }) => entries)) {
    if (weights.has(entry.name))
      throw new FormatError(`${label}: the weight ${JSON.stringify(entry.name)} appears twice`);
    weights.set(entry.name, entry);
  }
  const topology = model["modelTopology"] as { versions?: unknown; library?: unknown } | undefined;
  const nodes = parseNodes(topology, { label, weights });
  const metadata = model["userDefinedMetadata"] as Record<string, unknown> | undefined;
  const contract = parseMetadata(metadata?.["samoyed"], label);
  // In TensorFlow.js a signature inside the metadata takes precedence.
  const signature = metadata?.["signature"] ?? model["signature"];
  const { samoyedLayout: layout, samoyedOrder: order, samoyedDigests } = metadata ?? {};
  const ports = parsePorts(signature, { label, nodes, contract, layout, order });
  return {
    label,
    nodes,
    versions: topology?.versions ?? {},
    signature: signature as Signature,
    groups,
    digests: parseDigests(
      samoyedDigests,
      groups.flatMap(({ files }) => files),
      label,
    ),
    ...ports,
    contract,
  };
}

function parseManifest(value: unknown, label: string): readonly WeightGroup[] {
  if (!Array.isArray(value)) throw new FormatError(`${label}: has no weightsManifest`);
  return (value as readonly unknown[]).map((item) => {
    const { paths, weights } = (item ?? {}) as Record<string, unknown>;
    if (!Array.isArray(paths) || !Array.isArray(weights)) {
      throw new FormatError(`${label}: weightsManifest has a group without paths or weights`);
    }
    const entries = (weights as readonly unknown[]).map((entry) => parseWeightEntry(entry, label));
    return {
      files: (paths as readonly unknown[]).map((path) => checkShardName(path, label)),
      entries,
      byteLength: entries.reduce((sum, entry) => sum + storedBytes(entry), 0),
    };
  });
}

function parseMetadata(value: unknown, label: string): Contract | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw new FormatError(`${label}: userDefinedMetadata.samoyed is not a string`);
  return parseContract(value);
}
