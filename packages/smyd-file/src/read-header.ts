import {
  type Contract,
  describeJson,
  FormatError,
  formatShape,
  type JsonValue,
  parseContract,
  quote,
  SAFETENSORS_DTYPES,
  splitSafetensorsJson,
  UnsupportedError,
} from "@samoyed/core";
import { absentContractPort, type Attribute, checkNames, type Graph, MAX_RANK, type Node } from "@samoyed/ir";
import { isReserved, layOutData, type PlacedTensor } from "./data-layout.ts";
import { type HashBytes, smydDigest } from "./digest.ts";
import { ALIGNMENT, LENGTH_BYTES, MAX_HEADER_BYTES, SMYD_VERSION } from "./limits.ts";
import { type GraphRecord, readGraphRecord } from "./read-graph.ts";
import type { WeightRecord } from "./read-weight.ts";
import type { SmydFile, SmydVersion, SmydWeight } from "./types.ts";

/** The keys of a `.smyd` file's metadata; the contract may be absent. */
const METADATA = ["format", "version", "graph", "contract", "digest"];

/**
 * The header's length, from the file's first `LENGTH_BYTES`, for readers of streams; `undefined` for a file that
 * `refuseForeign` refuses.
 */
export function smydHeaderLength(head: Uint8Array): number | undefined {
  if (head.byteLength < LENGTH_BYTES) return undefined;
  const length = Number(new DataView(head.buffer, head.byteOffset).getBigUint64(0, true));
  return length > 0 && length <= MAX_HEADER_BYTES ? length : undefined;
}

/** What a header says, before its digest is checked. */
export interface ParsedHeader {
  readonly file: SmydFile;
  /** @throws FormatError when the graph or the contract is damaged. */
  readonly checkDigest: (hash: HashBytes) => void;
}

/** Parses JSON, of which `label` names the text. */
export type ParseJson = (json: Uint8Array | string, label: string) => JsonValue;

/**
 * Parses the header that follows the length. The caller checks that `dataBytes` follow, and the digest before it uses the
 * model.
 *
 * @throws the errors of `readSmydHeader`, and of `parseJson`.
 */
export function parseHeaderWith(parseJson: ParseJson, header: Uint8Array, label: string): ParsedHeader {
  const { metadata, tensors } = splitSafetensorsJson(parseJson(header, `${label}: the safetensors header`), label);
  const dataOffset = LENGTH_BYTES + header.byteLength;
  const version = readVersion(metadata, label);
  const unknown = [...metadata.keys()].find((key) => !METADATA.includes(key));
  if (unknown !== undefined) throw new FormatError(`${label}: the metadata has the unknown key ${quote(unknown)}`);
  const text = (key: string): string => {
    const value = metadata.get(key);
    if (value === undefined) throw new FormatError(`${label}: the metadata has no ${quote(key)}`);
    return value;
  };
  if (dataOffset % ALIGNMENT !== 0) {
    throw new FormatError(`${label}: the data begins at byte ${dataOffset}; expected a multiple of ${ALIGNMENT}`);
  }
  const record = readGraphRecord(text("graph"), { version, label, parseJson });
  const initializers = record.weights.map(({ name }) => name);
  checkNames(
    { ...record, initializers },
    (message, details) => new FormatError(`${label}: the graph: ${message}`, details && { details }),
  );
  const records = [...record.weights, ...attributeTensors(record)];
  checkTensorNames(records, label);
  const placed = layOutData(records);
  checkPlaces(placed, tensors, label);
  const contract = metadata.has("contract") ? readContract(text("contract"), { graph: record, label }) : undefined;
  const hashes = byteRange(placed.at(-1)!);
  const file: SmydFile = {
    version,
    graph: withPlaces(record, placed),
    ...(contract && { contract }),
    hashed: placed.filter(({ role }) => role === "weight" || role === "scale").map(byteRange),
    hashes,
    dataOffset,
    dataBytes: hashes.offset + hashes.byteLength,
  };
  return { file, checkDigest: (hash) => requireDigest(metadata, { hash, label }) };
}

function readVersion(metadata: ReadonlyMap<string, string>, label: string): SmydVersion {
  const format = metadata.get("format");
  if (format !== "smyd") {
    throw new FormatError(
      `${label}: a safetensors file, not a .smyd model: its metadata's "format" is ${format === undefined ? "missing" : quote(format)}`,
      { hint: "A checkpoint becomes a model with: samoyed convert FILE --to smyd." },
    );
  }
  const version = metadata.get("version") ?? "";
  if (!/^[1-9]\d*$/.test(version)) {
    throw new FormatError(`${label}: the metadata's "version" is ${quote(version)}; expected a number`);
  }
  if (Number(version) > SMYD_VERSION) {
    throw new UnsupportedError(
      `${label}: version ${version} of .smyd; this Samoyed reads up to version ${SMYD_VERSION}`,
      {
        hint: "Update Samoyed.",
        details: { version: Number(version) },
      },
    );
  }
  return Number(version) as SmydVersion;
}

function* attributeTensors({ nodes }: GraphRecord): Generator<WeightRecord> {
  for (const { attributes } of nodes) {
    for (const attribute of attributes.values()) if (attribute.type === "tensor") yield attribute.value;
  }
}

function checkTensorNames(records: readonly WeightRecord[], label: string): void {
  const seen = new Set<string>();
  for (const name of records.flatMap(({ tensor, scale }) => (scale === undefined ? [tensor] : [tensor, scale]))) {
    if (isReserved(name)) throw new FormatError(`${label}: the graph: a weight's tensor is named ${quote(name)}`);
    if (seen.has(name)) throw new FormatError(`${label}: the graph: two weights share the tensor ${quote(name)}`);
    seen.add(name);
  }
}

/** Checks that the header lists exactly the data section of the graph's weights, which has neither gaps nor overlaps. */
function checkPlaces(placed: readonly PlacedTensor[], tensors: Map<string, JsonValue>, label: string): void {
  for (const { name, dtype, shape, offset, byteLength } of placed) {
    const places = `at bytes [${offset}, ${offset + byteLength}] of the data`;
    const known = SAFETENSORS_DTYPES.get(dtype);
    const expected = `${known === undefined ? dtype : quote(known)} ${formatShape(shape)} ${places}`;
    const got = describeEntry(tensors.get(name));
    if (got !== expected) {
      throw new FormatError(`${label}: tensor ${quote(name)} is ${got}; its weight makes it ${expected}`);
    }
    tensors.delete(name);
  }
  const [rest] = tensors.keys();
  if (rest !== undefined) throw new FormatError(`${label}: tensor ${quote(rest)} belongs to no weight of the graph`);
}

/** A tensor of the header in words: those of no two tensors are the same. */
function describeEntry(entry: JsonValue | undefined): string {
  if (!(entry instanceof Map)) return describeJson(entry);
  const [dtype, shape, offsets] = ["dtype", "shape", "data_offsets"].map((key) => describeItems(entry.get(key)));
  return `${dtype} ${shape} at bytes ${offsets} of the data`;
}

/** A value in words, a list with its items; a longer one than any shape is none. */
function describeItems(value: JsonValue | undefined): string {
  const isShape = Array.isArray(value) && value.length <= MAX_RANK;
  return isShape ? `[${value.map(describeJson).join(", ")}]` : describeJson(value);
}

function readContract(
  json: string,
  { graph, label }: { readonly graph: GraphRecord; readonly label: string },
): Contract {
  const contract = parseContract(json);
  const absent = absentContractPort(graph, contract);
  if (absent !== undefined) {
    throw new FormatError(`${label}: the contract names ${quote(absent)}; the graph has no such input or output`);
  }
  return contract;
}

function requireDigest(
  metadata: ReadonlyMap<string, string>,
  { hash, label }: { readonly hash: HashBytes; readonly label: string },
): void {
  const json = metadata.get("contract");
  const graph = metadata.get("graph")!;
  const digest = smydDigest({ graph, ...(json !== undefined && { contract: json }) }, hash);
  const stored = metadata.get("digest");
  if (stored !== digest) {
    throw new FormatError(
      `${label}: the metadata's "digest" is ${stored === undefined ? "missing" : quote(stored)}; graph and contract have ${digest}`,
      { hint: "The file is damaged; fetch it again." },
    );
  }
}

/** The graph and its weights, with their offsets. */
function withPlaces({ weights, nodes, ...graph }: GraphRecord, placed: readonly PlacedTensor[]): Graph<SmydWeight> {
  const places = new Map(placed.map((tensor) => [tensor.name, tensor]));
  const place = ({ tensor, scale, ...weight }: WeightRecord): SmydWeight => {
    const { offset, byteLength } = places.get(tensor)!;
    const dtype = weight.layout === "plain" ? weight.storage : "float32";
    return {
      ...weight,
      dtype,
      offset,
      byteLength,
      ...(scale !== undefined && { scale: byteRange(places.get(scale)!) }),
    };
  };
  const attributes = (node: GraphRecord["nodes"][number]): Node<SmydWeight>["attributes"] =>
    // fromEntries defines properties, so that an attribute may have any name.
    Object.fromEntries(
      Array.from(node.attributes, ([name, attribute]): [string, Attribute<SmydWeight>] => [
        name,
        attribute.type === "tensor" ? { type: "tensor", value: place(attribute.value) } : attribute,
      ]),
    );
  return {
    ...graph,
    nodes: nodes.map((node) => ({ ...node, attributes: attributes(node) })),
    initializers: new Map(weights.map((weight) => [weight.name, place(weight)])),
    values: new Map(),
  };
}

function byteRange({ name, offset, byteLength }: PlacedTensor): SmydFile["hashed"][number] {
  return { name, offset, byteLength };
}
