import {
  type ByteSource,
  type Contract,
  FormatError,
  formatShape,
  MAX_SAFETENSORS_HEADER_BYTES,
  parseContract,
  parseSafetensorsHeader,
  quote,
  readSafetensorsHeader,
  type ReadOptions,
  refuseSubstitute,
  SAFETENSORS_LENGTH_BYTES,
  type SafetensorsHeader,
  safetensorsHeaderLength,
  sameShape,
  SUBSTITUTE_HEAD_BYTES,
  UnsupportedError,
} from "@samoyed/core";
import { absentContractPort, type Attribute, checkNames, type Graph, type Node } from "@samoyed/ir";
import { isReserved, layOutData, type PlacedTensor } from "./data-layout.ts";
import { type HashBytes, smydDigest } from "./digest.ts";
import { ALIGNMENT, MAX_HEADER_BYTES, SMYD_VERSION } from "./limits.ts";
import { type GraphRecord, readGraphRecord } from "./read-graph.ts";
import type { WeightRecord } from "./read-weight.ts";
import type { SmydFile, SmydVersion, SmydWeight } from "./types.ts";
import { xxh64 } from "./xxh64/xxh64.ts";

/** The keys of a `.smyd` file's metadata; the contract may be absent. */
const METADATA = ["format", "version", "graph", "contract", "digest"];

/** Size of the header's length, which precedes the header. */
export const LENGTH_BYTES: number = SAFETENSORS_LENGTH_BYTES;

/**
 * Reads and checks everything before the data of a `.smyd` file, and checks that the file has as much data as it says. No
 * weight is read; code that reads the data checks it against the hashes.
 *
 * @throws FormatError when the file is damaged, cut short, or something else.
 * @throws UnsupportedError when a later version of Samoyed wrote it.
 */
export async function readSmydHeader(source: ByteSource, options: ReadOptions = {}): Promise<SmydFile> {
  const { label, byteLength } = source;
  refuseForeign(await source.read(0, Math.min(SUBSTITUTE_HEAD_BYTES, byteLength), options), label);
  const header = await readSafetensorsHeader(source, { ...options, maxHeaderBytes: MAX_HEADER_BYTES });
  return verified(describeFile(header, label));
}

/**
 * The header's length, from the file's first `LENGTH_BYTES`, for readers of streams.
 *
 * @throws FormatError when it is not a valid length.
 */
export function smydHeaderLength(bytes: Uint8Array, label: string): number {
  refuseForeign(bytes, label);
  return safetensorsHeaderLength(bytes, { label, most: MAX_HEADER_BYTES });
}

/** What a header says, before its digest is checked. */
export interface ParsedHeader {
  readonly file: SmydFile;
  /** @throws FormatError when the graph or the contract is damaged. */
  readonly checkDigest: (hash: HashBytes) => void;
}

/**
 * Parses the header that follows the length, for readers of streams. The caller checks that `dataBytes` follow, and the
 * digest before it uses the model.
 *
 * @throws the errors of `readSmydHeader`.
 */
export function parseSmydHeader(header: Uint8Array, label: string): ParsedHeader {
  return describeFile(parseSafetensorsHeader(header, label), label);
}

function verified({ file, checkDigest }: ParsedHeader): SmydFile {
  checkDigest(xxh64);
  return file;
}

/** Refuses a file that is not a safetensors file, by its first bytes: 8 are enough, more tell what it is. */
function refuseForeign(head: Uint8Array, label: string): void {
  if (head.byteLength === 0) throw new FormatError(`${label}: the file is empty`);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const length = head.byteLength < LENGTH_BYTES ? 0 : Number(view.getBigUint64(0, true));
  if (length > 0 && length <= MAX_SAFETENSORS_HEADER_BYTES) return;
  refuseSubstitute(head, { label, expected: "a .smyd model" });
  const hex = Array.from(head.subarray(0, LENGTH_BYTES), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new FormatError(`${label}: not a .smyd file: it begins with ${hex}`, {
    hint: "Check that it is the right file, and complete. A .smyd model is written by: samoyed convert FILE --to smyd",
  });
}

function describeFile(header: SafetensorsHeader, label: string): ParsedHeader {
  const { metadata, dataOffset, dataBytes } = header;
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
  const record = readGraphRecord(text("graph"), { version, label });
  const initializers = record.weights.map(({ name }) => name);
  checkNames(
    { ...record, initializers },
    (message, details) => new FormatError(`${label}: the graph: ${message}`, details && { details }),
  );
  const records = [...record.weights, ...attributeTensors(record)];
  checkTensorNames(records, label);
  const placed = layOutData(records);
  checkPlaces(placed, header, label);
  const contract = metadata.has("contract") ? readContract(text("contract"), { graph: record, label }) : undefined;
  const file: SmydFile = {
    version,
    graph: withPlaces(record, placed),
    ...(contract && { contract }),
    hashed: placed.filter(({ role }) => role === "weight" || role === "scale").map(byteRange),
    hashes: byteRange(placed.at(-1)!),
    dataOffset,
    dataBytes,
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

/** Checks that the header lists exactly the data section of the graph's weights. */
function checkPlaces(placed: readonly PlacedTensor[], { entries }: SafetensorsHeader, label: string): void {
  const found = new Map(entries.map((entry) => [entry.name, entry]));
  for (const { name, dtype, shape, offset } of placed) {
    const expected = `${dtype} ${formatShape(shape)} at byte ${offset} of the data`;
    const entry = found.get(name);
    if (entry === undefined) throw new FormatError(`${label}: tensor ${quote(name)} is missing; expected ${expected}`);
    if (entry.dtype !== dtype || !sameShape(entry.shape, shape) || entry.begin !== offset) {
      throw new FormatError(
        `${label}: tensor ${quote(name)} is ${entry.dtype} ${formatShape(entry.shape)} at byte ${entry.begin} of the data; ` +
          `its weight makes it ${expected}`,
      );
    }
    found.delete(name);
  }
  const [rest] = found.keys();
  if (rest !== undefined) throw new FormatError(`${label}: tensor ${quote(rest)} belongs to no weight of the graph`);
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
