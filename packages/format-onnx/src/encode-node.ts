import type { Attribute, Node } from "@samoyed/ir";
import { ATTRIBUTE_TYPES } from "./attribute-type.ts";
import { encodeTensor } from "./encode-tensor.ts";
import { floatField, integerField, joinFields, type Message, messageField, textField } from "./message.ts";
import { ATTRIBUTE, NODE } from "./schema.ts";

/**
 * Encodes a `NodeProto`, with its attributes in the order of the node's record.
 *
 * @throws FormatError when an integer attribute is not exact, or a name is not valid Unicode.
 */
export function encodeNode(node: Node): Message {
  const what = `node ${JSON.stringify(node.name)} (${node.op})`;
  return joinFields([
    ...node.inputs.map((name) => textField(NODE.input, name, `${what}: the input`)),
    ...node.outputs.map((name) => textField(NODE.output, name, `${what}: the output`)),
    ...(node.name === "" ? [] : [textField(NODE.name, node.name, "the name of a node")]),
    textField(NODE.opType, node.op, `${what}: the operator`),
    ...Object.entries(node.attributes).map(([name, attribute]) =>
      messageField(NODE.attribute, encodeAttribute(name, attribute, `${what}: attribute ${JSON.stringify(name)}`)),
    ),
  ]);
}

function encodeAttribute(name: string, attribute: Attribute, what: string): Message {
  return joinFields([
    textField(ATTRIBUTE.name, name, what),
    ...encodeValue(attribute, what),
    integerField(ATTRIBUTE.type, ATTRIBUTE_TYPES[attribute.type], what),
  ]);
}

function encodeValue(attribute: Attribute, what: string): Message[] {
  if (attribute.type === "int") return [integerField(ATTRIBUTE.i, attribute.value, what)];
  if (attribute.type === "float") return [floatField(ATTRIBUTE.f, attribute.value)];
  if (attribute.type === "string") return [textField(ATTRIBUTE.s, attribute.value, what)];
  if (attribute.type === "ints") return attribute.value.map((value) => integerField(ATTRIBUTE.ints, value, what));
  if (attribute.type === "floats") return attribute.value.map((value) => floatField(ATTRIBUTE.floats, value));
  if (attribute.type === "strings") return attribute.value.map((value) => textField(ATTRIBUTE.strings, value, what));
  return [messageField(ATTRIBUTE.t, encodeTensor(attribute.value.name, attribute.value))];
}
