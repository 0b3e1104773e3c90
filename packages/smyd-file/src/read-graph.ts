import {
  describeJson,
  DTYPES,
  FormatError,
  jsonCount,
  JsonNumber,
  type JsonValue,
  quote,
  UnsupportedError,
} from "@samoyed/core";
import {
  type Attribute,
  CANONICAL_OPSET,
  type Dim,
  MAX_DIM,
  MAX_OPSET,
  MAX_RANK,
  MIN_OPSET,
  type Node,
  type ValueInfo,
} from "@samoyed/ir";
import { jsonArray, jsonChoice, jsonInteger, jsonName, jsonObject, jsonText } from "./json-fields.ts";
import { MAX_NODES, MAX_WEIGHTS } from "./limits.ts";
import { readWeightRecord, type WeightRecord } from "./read-weight.ts";
import type { SmydVersion } from "./types.ts";

/** An attribute whose tensor, if any, has no offset yet. */
export type AttributeRecord =
  | Exclude<Attribute, { readonly type: "tensor" }>
  | { readonly type: "tensor"; readonly value: WeightRecord };

/** A node whose attributes' tensors have no offsets yet. */
export interface NodeRecord extends Omit<Node, "attributes"> {
  readonly attributes: ReadonlyMap<string, AttributeRecord>;
}

/** A graph as described by its JSON. */
export interface GraphRecord {
  readonly name: string;
  readonly opset: number;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly nodes: readonly NodeRecord[];
  readonly weights: readonly WeightRecord[];
}

const TYPES = ["int", "float", "string", "ints", "floats", "strings"] as const;

/** Version 1's: constants may be nodes, with their tensor as an attribute. */
const TYPES_1 = [...TYPES, "tensor"] as const;

/** Numbers that JSON or its writers cannot represent. */
const SPECIAL: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

/**
 * Reads a graph's JSON. Names are checked by `checkNames`, operators by the code that runs them.
 *
 * @param options the file's version, a label that names it in errors, and what parses JSON.
 * @throws FormatError when it does not follow `docs/smyd-format.md`.
 * @throws UnsupportedError when its operator set is not supported.
 */
export function readGraphRecord(
  json: string,
  {
    version,
    label,
    parseJson,
  }: {
    readonly version: SmydVersion;
    readonly label: string;
    readonly parseJson: (json: string, label: string) => JsonValue;
  },
): GraphRecord {
  const graphLabel = `${label}: the graph`;
  const graph = jsonObject(parseJson(json, graphLabel), graphLabel, {
    required: ["name", "opset", "inputs", "outputs", "nodes", "weights"],
  });
  try {
    return {
      name: jsonText(graph.get("name"), '"name"'),
      opset: readOpset(graph.get("opset"), { version, label }),
      inputs: jsonArray(graph.get("inputs"), '"inputs"').map((port, i) => readPort(port, `input ${i}`)),
      outputs: jsonArray(graph.get("outputs"), '"outputs"').map((port, i) => readPort(port, `output ${i}`)),
      nodes: jsonArray(graph.get("nodes"), '"nodes"', MAX_NODES).map((node, i) =>
        readNode(node, { version, label: `node ${i}` }),
      ),
      weights: jsonArray(graph.get("weights"), '"weights"', MAX_WEIGHTS).map((weight, i) =>
        readWeightRecord(weight, `weight ${i}`),
      ),
    };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    // Added here and not in every message: a graph has thousands of fields, and errors are rare.
    throw new FormatError(`${graphLabel}: ${error.message}`, { cause: error });
  }
}

/** In version 1 any set that is supported; later sets are refused, like later versions of the format. */
function readOpset(
  value: JsonValue | undefined,
  { version, label }: { readonly version: SmydVersion; readonly label: string },
): number {
  const opset = jsonInteger(value, '"opset"', { least: 1, most: MAX_DIM });
  if (version > 1) {
    if (opset === CANONICAL_OPSET) return opset;
    throw new FormatError(`"opset" is ${opset}; expected ${CANONICAL_OPSET} in version ${version}`);
  }
  if (opset >= MIN_OPSET && opset <= MAX_OPSET) return opset;
  throw new UnsupportedError(
    `${label}: the graph uses operator set ${opset}; this Samoyed supports ${MIN_OPSET} to ${MAX_OPSET}`,
    { hint: "Update Samoyed, or convert the model again.", details: { opset } },
  );
}

function readPort(value: JsonValue, label: string): ValueInfo {
  const port = jsonObject(value, label, { required: ["name", "dtype", "shape"] });
  const name = jsonName(port.get("name"), `${label}: "name"`);
  return {
    name,
    dtype: jsonChoice(port.get("dtype"), `${label} ${quote(name)}: "dtype"`, DTYPES),
    shape: jsonArray(port.get("shape"), `${label} ${quote(name)}: "shape"`, MAX_RANK).map((dim) =>
      readDim(dim, `${label} ${quote(name)}: "shape"`),
    ),
  };
}

function readDim(value: JsonValue, label: string): Dim {
  return typeof value === "string" ? jsonName(value, label) : jsonInteger(value, label, { least: 0, most: MAX_DIM });
}

function readNode(
  value: JsonValue,
  { version, label }: { readonly version: SmydVersion; readonly label: string },
): NodeRecord {
  const node = jsonObject(value, label, { required: ["name", "op", "inputs", "outputs", "attributes"] });
  const name = jsonName(node.get("name"), `${label}: "name"`);
  const own = `node ${quote(name)}`;
  const attributes = node.get("attributes");
  if (!(attributes instanceof Map)) {
    throw new FormatError(`${own}: "attributes" is ${describeJson(attributes)}; expected an object`);
  }
  return {
    name,
    op: jsonName(node.get("op"), `${own}: "op"`),
    inputs: jsonArray(node.get("inputs"), `${own}: "inputs"`).map((input) => jsonText(input, `${own}: an input`)),
    outputs: jsonArray(node.get("outputs"), `${own}: "outputs"`).map((output) => jsonText(output, `${own}: an output`)),
    attributes: new Map(
      [...attributes].map(([key, attribute]) => [
        key,
        readAttribute(attribute, { version, label: `${own}: attribute ${quote(key)}` }),
      ]),
    ),
  };
}

function readAttribute(
  json: JsonValue,
  { version, label }: { readonly version: SmydVersion; readonly label: string },
): AttributeRecord {
  const attribute = jsonObject(json, label, { required: ["type", "value"] });
  const type = jsonChoice(attribute.get("type"), `${label}: "type"`, version === 1 ? TYPES_1 : TYPES);
  const value = attribute.get("value");
  switch (type) {
    case "int":
      return { type, value: readInt(value, label) };
    case "float":
      return { type, value: readFloat(value, label) };
    case "string":
      return { type, value: jsonText(value, label) };
    case "ints":
      return { type, value: jsonArray(value, label).map((item) => readInt(item, label)) };
    case "floats":
      return { type, value: jsonArray(value, label).map((item) => readFloat(item, label)) };
    case "strings":
      return { type, value: jsonArray(value, label).map((item) => jsonText(item, label)) };
    case "tensor": {
      const record = readWeightRecord(value ?? null, label);
      if (record.layout !== "plain") throw new FormatError(`${label} has the layout ${record.layout}; expected plain`);
      return { type, value: record };
    }
    default:
      return type satisfies never;
  }
}

function readInt(value: JsonValue | undefined, label: string): number {
  if (value instanceof JsonNumber && value.text.startsWith("-") && value.text !== "-0") {
    return -jsonCount(new JsonNumber(value.text.slice(1)), label);
  }
  return jsonCount(value, label);
}

function readFloat(value: JsonValue | undefined, label: string): number {
  const number = value instanceof JsonNumber ? Number(value.text) : SPECIAL.get(typeof value === "string" ? value : "");
  // Larger than any double: valid JSON, but not a number here.
  if (number === undefined || (value instanceof JsonNumber && !Number.isFinite(number))) {
    throw new FormatError(
      `${label} is ${describeJson(value)}; expected a number, or one of "${[...SPECIAL.keys()].join('", "')}"`,
    );
  }
  return number;
}
