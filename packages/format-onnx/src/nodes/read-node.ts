import type { Attribute } from "@samoyed/ir";
import { readAttribute, readAttributeName, type TensorReader } from "../read-attribute.ts";
import { readText, requireWireType } from "../scalar.ts";
import { ATTRIBUTE, NODE } from "../schema.ts";
import { isVendorOperator } from "../vendor/operators.ts";
import type { Field, Span, Wire } from "../wire.ts";
import type { FileNode } from "./file-node.ts";

/** Operators whose subgraphs run any number of times. */
const LOOPS: ReadonlySet<string> = new Set(["Loop", "Scan", "SequenceMap"]);

/**
 * Reads a `NodeProto` field. A node without a name, which ONNX allows, keeps the empty name. A loop, and an operator of
 * another domain that has no equivalent, are read as far as it takes to name them.
 *
 * @throws UnsupportedError naming the node, when it has an attribute that is not handled.
 */
export async function readNode(
  wire: Wire,
  field: Field,
  { index, readTensor }: { index: number; readTensor: TensorReader },
): Promise<FileNode> {
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
  const own = isDefaultDomain(domain);
  const bare = { what, domain: own ? "" : domain, branches: new Map<string, Span>() };
  const refusal = refusalOf({ what, op, domain: bare.domain });
  if (refusal !== undefined) return { ...bare, node: { name, op, inputs, outputs, attributes: {} }, refusal };
  const attributes = new Map<string, Attribute>();
  for (const part of attributeFields) {
    const branch = own && op === "If" ? await readBranch(wire, part, what) : undefined;
    const [key, attribute] = branch ?? (await readAttribute(wire, part, { node: what, op, readTensor }));
    if (attributes.has(key) || bare.branches.has(key)) {
      throw wire.fail(part.start, `${what} has attribute ${JSON.stringify(key)} twice`);
    }
    if ("type" in attribute) attributes.set(key, attribute);
    else bare.branches.set(key, attribute);
  }
  // `fromEntries` defines properties, so a key such as `__proto__` is an ordinary key.
  return { ...bare, node: { name, op, inputs, outputs, attributes: Object.fromEntries(attributes) } };
}

function refusalOf({ what, op, domain }: { what: string; op: string; domain: string }): string | undefined {
  if (domain !== "") {
    return isVendorOperator(domain, op) ? undefined : `${what} is an operator of domain ${JSON.stringify(domain)}`;
  }
  return LOOPS.has(op) ? `${what} is a loop` : undefined;
}

/** A branch of an `If`: its name and where its graph is; `undefined` for any other attribute. */
async function readBranch(wire: Wire, part: Field, what: string): Promise<readonly [string, Span] | undefined> {
  requireWireType(wire, part, "delimited", `an attribute of ${what}`);
  const graph = (await wire.fields(part, `an attribute of ${what}`)).find(({ number }) => number === ATTRIBUTE.g);
  if (graph === undefined) return undefined;
  const name = await readAttributeName(wire, part, what);
  requireWireType(wire, graph, "delimited", `${what}: attribute ${JSON.stringify(name)}`);
  return [name, { start: graph.start, end: graph.end }];
}

/** Whether a domain is ONNX's own: empty, or its long name. */
export function isDefaultDomain(domain: string): boolean {
  return domain === "" || domain === "ai.onnx";
}
