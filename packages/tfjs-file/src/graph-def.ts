import { FormatError, formatShape, MismatchError } from "@samoyed/core";
import type { WeightEntry } from "./weight-entry.ts";

/** A node of a GraphDef in JSON; attributes are kept unparsed. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, unknown>>;
}

/** Limit on nodes: the largest networks in use have some thousands; splitting each layer into 32 groups makes tens of thousands. */
const MAX_NODES = 1_000_000;

/** Returns the node that an input names: `name`, `name:1` or `^name`. */
export function producerOf(input: string): string {
  return input.replace(/^\^/u, "").split(":")[0]!;
}

/**
 * Reads the nodes of a model's topology and checks them against the weights of its manifest.
 *
 * @throws FormatError when they are not a graph: a duplicate name, or an input that no node has as output.
 * @throws MismatchError when a constant has no weight, or one of another shape or dtype.
 */
export function parseNodes(
  topology: unknown,
  { label, weights }: { readonly label: string; readonly weights: ReadonlyMap<string, WeightEntry> },
): readonly GraphNode[] {
  const list = (topology as { node?: unknown } | undefined)?.node;
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_NODES) {
    throw new FormatError(`${label}: modelTopology has no list of nodes; expected a GraphDef`);
  }
  const nodes = new Map<string, GraphNode>();
  for (const value of list as readonly unknown[]) {
    const node = checkNode(value, label);
    if (nodes.has(node.name)) throw new FormatError(`${label}: the node ${JSON.stringify(node.name)} appears twice`);
    nodes.set(node.name, node);
  }
  for (const node of nodes.values()) {
    const missing = node.input?.find((input) => !nodes.has(producerOf(input)));
    if (missing !== undefined) {
      throw new FormatError(
        `${label}: the node ${JSON.stringify(node.name)} (${node.op}) reads ${JSON.stringify(missing)}, which is not the output of a node`,
      );
    }
    if (node.op === "Const") checkConstant(node, { label, entry: weights.get(node.name) });
  }
  return [...nodes.values()];
}

function checkNode(value: unknown, label: string): GraphNode {
  const { name, op, input, attr } = (value ?? {}) as Record<string, unknown>;
  // TensorFlow.js looks up names in plain objects, where those of Object.prototype are always found.
  if (typeof name !== "string" || name === "" || name in {} || typeof op !== "string" || op === "") {
    throw new FormatError(`${label}: a node has the name ${JSON.stringify(name)} and op ${JSON.stringify(op)}`);
  }
  const inputs = input === undefined || (Array.isArray(input) && input.every((item) => typeof item === "string"));
  if (!inputs || (attr !== undefined && (typeof attr !== "object" || attr === null))) {
    throw new FormatError(`${label}: the node ${JSON.stringify(name)} (${op}) has invalid inputs or attributes`);
  }
  return value as GraphNode;
}

const TF_TYPES = { float32: "DT_FLOAT", int32: "DT_INT32", bool: "DT_BOOL" } as const;

function checkConstant(
  node: GraphNode,
  { label, entry }: { readonly label: string; readonly entry: WeightEntry | undefined },
): void {
  const where = `${label}: the constant ${JSON.stringify(node.name)}`;
  const hint = "The model is damaged, or was edited: convert it again.";
  if (entry === undefined) throw new MismatchError(`${where} has no weight in weightsManifest`, { hint });
  const type = (node.attr?.["dtype"] as { type?: unknown } | undefined)?.type;
  // Enums may be numbers; only names are checked against the manifest.
  if (typeof type === "string" && type !== TF_TYPES[entry.dtype] && Object.values<string>(TF_TYPES).includes(type)) {
    throw new MismatchError(`${where} is ${type}; weightsManifest says ${entry.dtype}`, { hint });
  }
  const shape = constantShape(node);
  if (shape === undefined) return;
  if (shape.length !== entry.shape.length || shape.some((size, axis) => size !== entry.shape[axis])) {
    throw new MismatchError(`${where} is ${formatShape(shape)}; weightsManifest says ${formatShape(entry.shape)}`, {
      hint,
      details: { weight: node.name, expected: shape, got: entry.shape },
    });
  }
}

/** Reads the shape of a constant's node; GraphDef's JSON omits the list of sizes of a scalar. */
function constantShape({ attr }: GraphNode): readonly number[] | undefined {
  const tensor = (attr?.["value"] as { tensor?: { tensorShape?: { dim?: unknown } | null } } | undefined)?.tensor;
  if (typeof tensor?.tensorShape !== "object" || tensor.tensorShape === null) return undefined;
  const { dim = [] } = tensor.tensorShape;
  return Array.isArray(dim) ? dim.map((one: { size?: unknown } | undefined) => Number(one?.size ?? 0)) : undefined;
}
