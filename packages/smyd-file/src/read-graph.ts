import {
  describeJson,
  DTYPES,
  FormatError,
  jsonCount,
  JsonNumber,
  type JsonValue,
  parseStrictJson,
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

/** An attribute before its tensor, if it is one, has a place. */
export type AttributeRecord =
  | Exclude<Attribute, { readonly type: "tensor" }>
  | { readonly type: "tensor"; readonly value: WeightRecord };

/** A node before its attributes' tensors have places. */
export interface NodeRecord extends Omit<Node, "attributes"> {
  readonly attributes: ReadonlyMap<string, AttributeRecord>;
}

/** A graph as its JSON has it. */
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

/** Numbers that JSON, or those who write it, cannot write. */
const SPECIAL: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

/**
 * Reads a graph's JSON. Names are checked by `checkNames`, operators by what runs them.
 *
 * @param options the file's version, and a label that names it in errors.
 * @throws FormatError when it is not as `docs/smyd-format.md` has it.
 * @throws UnsupportedError when its operators are of a set that is not known here.
 */
export function readGraphRecord(
  json: string,
  { version, label }: { readonly version: SmydVersion; readonly label: string },
): GraphRecord {
  const what = `${label}: the graph`;
  const graph = jsonObject(parseStrictJson(json, what), what, {
    required: ["name", "opset", "inputs", "outputs", "nodes", "weights"],
  });
  try {
    return {
      name: jsonText(graph.get("name"), '"name"'),
      opset: readOpset(graph.get("opset"), { version, label }),
      inputs: jsonArray(graph.get("inputs"), '"inputs"').map((port, i) => readPort(port, `input ${i}`)),
      outputs: jsonArray(graph.get("outputs"), '"outputs"').map((port, i) => readPort(port, `output ${i}`)),
      nodes: jsonArray(graph.get("nodes"), '"nodes"', MAX_NODES).map((node, i) =>
        readNode(node, { version, what: `node ${i}` }),
      ),
      weights: jsonArray(graph.get("weights"), '"weights"', MAX_WEIGHTS).map((weight, i) =>
        readWeightRecord(weight, `weight ${i}`),
      ),
    };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    // Said here and not in every message: a graph has thousands of fields, and errors are rare.
    throw new FormatError(`${what}: ${error.message}`, { cause: error });
  }
}

/** Version 1 has many; later sets are refused as later versions of the format are. */
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
    `${label}: the graph uses operator set ${opset}; this Samoyed knows ${MIN_OPSET} to ${MAX_OPSET}`,
    { hint: "Update Samoyed, or convert the model anew.", details: { opset } },
  );
}

function readPort(value: JsonValue, what: string): ValueInfo {
  const port = jsonObject(value, what, { required: ["name", "dtype", "shape"] });
  const name = jsonName(port.get("name"), `${what}: "name"`);
  return {
    name,
    dtype: jsonChoice(port.get("dtype"), `${what} ${quote(name)}: "dtype"`, DTYPES),
    shape: jsonArray(port.get("shape"), `${what} ${quote(name)}: "shape"`, MAX_RANK).map((dim) =>
      readDim(dim, `${what} ${quote(name)}: "shape"`),
    ),
  };
}

function readDim(value: JsonValue, what: string): Dim {
  return typeof value === "string" ? jsonName(value, what) : jsonInteger(value, what, { least: 0, most: MAX_DIM });
}

function readNode(
  value: JsonValue,
  { version, what }: { readonly version: SmydVersion; readonly what: string },
): NodeRecord {
  const node = jsonObject(value, what, { required: ["name", "op", "inputs", "outputs", "attributes"] });
  const name = jsonName(node.get("name"), `${what}: "name"`);
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
        readAttribute(attribute, { version, what: `${own}: attribute ${quote(key)}` }),
      ]),
    ),
  };
}

function readAttribute(
  json: JsonValue,
  { version, what }: { readonly version: SmydVersion; readonly what: string },
): AttributeRecord {
  const attribute = jsonObject(json, what, { required: ["type", "value"] });
  const type = jsonChoice(attribute.get("type"), `${what}: "type"`, version === 1 ? TYPES_1 : TYPES);
  const value = attribute.get("value");
  switch (type) {
    case "int":
      return { type, value: readInt(value, what) };
    case "float":
      return { type, value: readFloat(value, what) };
    case "string":
      return { type, value: jsonText(value, what) };
    case "ints":
      return { type, value: jsonArray(value, what).map((item) => readInt(item, what)) };
    case "floats":
      return { type, value: jsonArray(value, what).map((item) => readFloat(item, what)) };
    case "strings":
      return { type, value: jsonArray(value, what).map((item) => jsonText(item, what)) };
    case "tensor": {
      const record = readWeightRecord(value ?? null, what);
      if (record.layout !== "plain") throw new FormatError(`${what} has the layout ${record.layout}; expected plain`);
      return { type, value: record };
    }
    default:
      return type satisfies never;
  }
}

function readInt(value: JsonValue | undefined, what: string): number {
  if (value instanceof JsonNumber && value.text.startsWith("-") && value.text !== "-0") {
    return -jsonCount(new JsonNumber(value.text.slice(1)), what);
  }
  return jsonCount(value, what);
}

function readFloat(value: JsonValue | undefined, what: string): number {
  const number = value instanceof JsonNumber ? Number(value.text) : SPECIAL.get(typeof value === "string" ? value : "");
  // Larger than any double: JSON may write it, and it is none.
  if (number === undefined || (value instanceof JsonNumber && !Number.isFinite(number))) {
    throw new FormatError(
      `${what} is ${describeJson(value)}; expected a number, or one of "${[...SPECIAL.keys()].join('", "')}"`,
    );
  }
  return number;
}
