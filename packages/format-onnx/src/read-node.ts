import { UnsupportedError } from "@samoyed/core";
import type { Attribute, Node } from "@samoyed/ir";
import { readAttribute, type TensorReader } from "./read-attribute.ts";
import { readText, requireWireType } from "./scalar.ts";
import { NODE } from "./schema.ts";
import type { Field, Wire } from "./wire.ts";

/**
 * Reads a `NodeProto` field. A node without a name, which ONNX allows, keeps the empty name.
 *
 * @throws UnsupportedError naming the node, when its domain is not ONNX's own, or it has a subgraph.
 */
export async function readNode(
  wire: Wire,
  field: Field,
  { index, readTensor }: { index: number; readTensor: TensorReader },
): Promise<Node> {
  requireWireType(wire, field, "delimited", `node ${index}`);
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributeFields: Field[] = [];
  let name = "";
  let op = "";
  let domain = "";
  for (const part of await wire.fields(field, `node ${index}`)) {
    if (part.number === NODE.input) inputs.push(await readText(wire, part, `an input of node ${index}`));
    else if (part.number === NODE.output) outputs.push(await readText(wire, part, `an output of node ${index}`));
    else if (part.number === NODE.name) name = await readText(wire, part, `the name of node ${index}`);
    else if (part.number === NODE.opType) op = await readText(wire, part, `the operator of node ${index}`);
    else if (part.number === NODE.domain) domain = await readText(wire, part, `the domain of node ${index}`);
    else if (part.number === NODE.attribute) attributeFields.push(part);
  }
  const what = `node ${name === "" ? index : JSON.stringify(name)} (${op})`;
  if (op === "") throw wire.fail(field.start, `node ${index} has no operator`);
  if (!isDefaultDomain(domain)) {
    throw new UnsupportedError(`${wire.source.label}: ${what} is an operator of domain ${JSON.stringify(domain)}`, {
      hint: "Samoyed handles the operators of ONNX itself; export the model without vendor operators.",
    });
  }
  const attributes = new Map<string, Attribute>();
  for (const part of attributeFields) {
    const [key, attribute] = await readAttribute(wire, part, { node: what, op, readTensor });
    if (attributes.has(key)) throw wire.fail(part.start, `${what} has attribute ${JSON.stringify(key)} twice`);
    attributes.set(key, attribute);
  }
  // `fromEntries` defines properties, so a key such as `__proto__` is an ordinary key.
  return { name, op, inputs, outputs, attributes: Object.fromEntries(attributes) };
}

/** Whether a domain is ONNX's own: empty, or its long name. */
export function isDefaultDomain(domain: string): boolean {
  return domain === "" || domain === "ai.onnx";
}
