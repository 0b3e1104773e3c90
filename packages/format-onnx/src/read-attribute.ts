import { type LazyTensor, UnsupportedError } from "@samoyed/core";
import type { Attribute } from "@samoyed/ir";
import { attributeTypeOf } from "./attribute-type.ts";
import { fitIntegers, type RawAttribute } from "./fit-integers.ts";
import { readFloat, readFloats, readInt64, readInt64s, readInteger, readText, requireWireType } from "./scalar.ts";
import { ATTRIBUTE } from "./schema.ts";
import type { Field, Span, Wire } from "./wire.ts";

/** Converts a `TensorProto` to a lazy tensor; `what` names it in errors. */
export type TensorReader = (span: Span, what: string) => Promise<LazyTensor>;

const UNSUPPORTED: ReadonlyMap<number, string> = new Map<number, string>([
  [ATTRIBUTE.g, "a subgraph"],
  [ATTRIBUTE.graphs, "a list of subgraphs"],
  [ATTRIBUTE.tensors, "a list of tensors"],
  [ATTRIBUTE.sparseTensor, "a sparse tensor"],
  [ATTRIBUTE.sparseTensors, "a list of sparse tensors"],
  [ATTRIBUTE.typeProto, "a type"],
  [ATTRIBUTE.typeProtos, "a list of types"],
  [ATTRIBUTE.refAttrName, "a reference to a function's attribute"],
]);

/** Contents of an `AttributeProto` before its declared type is known: fields may be in any order. */
interface Values {
  name: string;
  type: number;
  single: RawAttribute | undefined;
  readonly ints: bigint[];
  readonly floats: number[];
  readonly strings: string[];
}

/**
 * Reads an `AttributeProto` field of a node of operator `op`; `node` names the node in errors.
 *
 * @throws UnsupportedError naming the node when the attribute is a subgraph, a sparse tensor or a type.
 * @throws UnsupportedError when it is an integer that a double cannot represent and `fitIntegers` does not handle.
 * @throws FormatError when its value is not of its declared type.
 */
export async function readAttribute(
  wire: Wire,
  field: Field,
  { node, op, readTensor }: { node: string; op: string; readTensor: TensorReader },
): Promise<readonly [name: string, attribute: Attribute]> {
  requireWireType(wire, field, "delimited", `an attribute of ${node}`);
  // The name is needed for errors in the rest, so it is looked up first.
  const name = await readAttributeName(wire, field, node);
  const what = `${node}: attribute ${JSON.stringify(name)}`;
  const values: Values = { name, type: 0, single: undefined, ints: [], floats: [], strings: [] };
  for (const part of await wire.fields(field, what)) {
    await readPart(wire, part, { values, what, readTensor });
  }
  const raw = choose(wire, field, { values, what });
  if (raw.type !== "int" && raw.type !== "ints") return [name, raw];
  return fitIntegers(wire, raw, { op, name, what });
}

/** Reads the name of an `AttributeProto`; `node` names its node in errors. */
export async function readAttributeName(wire: Wire, field: Field, node: string): Promise<string> {
  for (const part of await wire.fields(field, `an attribute of ${node}`)) {
    if (part.number === ATTRIBUTE.name) return readText(wire, part, `the name of an attribute of ${node}`);
  }
  throw wire.fail(field.start, `${node} has an attribute without a name`);
}

async function readPart(
  wire: Wire,
  part: Field,
  { values, what, readTensor }: { values: Values; what: string; readTensor: TensorReader },
): Promise<void> {
  const unsupported = UNSUPPORTED.get(part.number);
  if (unsupported !== undefined) {
    throw new UnsupportedError(`${wire.source.label}: ${what} is ${unsupported}`, { details: { offset: part.start } });
  }
  switch (part.number) {
    case ATTRIBUTE.type:
      values.type = readInteger(wire, part, `${what}: the type`);
      break;
    case ATTRIBUTE.i:
      values.single = { type: "int", value: readInt64(wire, part, what) };
      break;
    case ATTRIBUTE.f:
      values.single = { type: "float", value: await readFloat(wire, part, what) };
      break;
    case ATTRIBUTE.s:
      values.single = { type: "string", value: await readText(wire, part, what) };
      break;
    case ATTRIBUTE.t:
      requireWireType(wire, part, "delimited", what);
      values.single = { type: "tensor", value: await readTensor(part, what) };
      break;
    case ATTRIBUTE.ints:
      append(values.ints, await readInt64s(wire, part, what));
      break;
    case ATTRIBUTE.floats:
      append(values.floats, await readFloats(wire, part, what));
      break;
    case ATTRIBUTE.strings:
      values.strings.push(await readText(wire, part, what));
      break;
    default:
      // A documentation string, or a field of a later ONNX.
      break;
  }
}

/** Not `push(...items)`: a packed list may have more items than a call can have arguments. */
function append<T>(target: T[], items: readonly T[]): void {
  for (const item of items) target.push(item);
}

function choose(wire: Wire, span: Span, { values, what }: { values: Values; what: string }): RawAttribute {
  const lists = [
    { type: "ints", value: values.ints },
    { type: "floats", value: values.floats },
    { type: "strings", value: values.strings },
  ] as const;
  const found: RawAttribute[] = lists.filter(({ value }) => value.length > 0);
  if (values.single !== undefined) found.push(values.single);
  if (found.length > 1) {
    throw wire.fail(span.start, `${what} has ${found.map(({ type }) => type).join(" and ")}; expected one value`);
  }
  const [only] = found;
  // Before IR version 2 there was no declared type; of an empty list only the type remains.
  const declared = attributeTypeOf(values.type);
  if (only === undefined) {
    const empty = lists.find(({ type }) => type === declared);
    if (empty === undefined) throw wire.fail(span.start, `${what} has no value`);
    return empty;
  }
  if (values.type !== 0 && only.type !== declared) {
    throw wire.fail(span.start, `${what} has type ${declared ?? values.type} and ${only.type} for a value`);
  }
  return only;
}
