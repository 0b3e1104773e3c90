import { type LazyTensor, UnsupportedError } from "@samoyed/core";
import { fixInputs, fixSizes, fixInputValues, inferShapes, type InputValues, type Sizes } from "@samoyed/graph";
import { checkNames, type Graph, type Node, type ValueInfo } from "@samoyed/ir";
import { dropUnused } from "./drop-unused.ts";
import { assemble, refused } from "./nodes/assemble.ts";
import { unfitChoices } from "./nodes/both-branches.ts";
import type { FileNode } from "./nodes/file-node.ts";
import { readNode } from "./nodes/read-node.ts";
import type { TensorReader } from "./read-attribute.ts";
import { type DeclaredValue, readValue, readValueName } from "./read-value.ts";
import { readText, requireWireType } from "./scalar.ts";
import { GRAPH } from "./schema.ts";
import type { Field, Span, Wire } from "./wire.ts";

/** Contents of a `GraphProto`, in the file's order; values as far as they are read. */
interface Contents<Value> {
  readonly name: string;
  readonly nodes: readonly FileNode[];
  readonly initializers: ReadonlyMap<string, LazyTensor>;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly values: readonly Value[];
}

/** Options of `readGraph`: the operator set, and what the caller fixes. */
interface ReadGraphOptions {
  readonly opset: number;
  readonly readTensor: TensorReader;
  readonly sizes?: Sizes | undefined;
  readonly values?: InputValues | undefined;
}

/** Reads a `ValueInfoProto` field. */
type ReadValue<Value> = (wire: Wire, field: Field, role: string) => Promise<Value>;

/**
 * Reads a `GraphProto`. Inputs that have an initializer become plain weights: before IR version 4 every weight was
 * listed that way, and since then it is a default that a caller may replace, which a graph cannot express. A node
 * without a name gets `${op}_${n}`. An `If` becomes its branch, or both, as `assemble` says. Nodes and initializers that no
 * output needs are dropped.
 *
 * @throws FormatError when names are assigned twice, used before they are assigned, or not at all.
 * @throws UnsupportedError for sparse initializers, for what nodes and values throw, and when an output's shape is
 * neither declared nor can be inferred.
 */
export async function readGraph(
  wire: Wire,
  span: Span,
  { opset, readTensor, sizes = new Map(), values: given = new Map() }: ReadGraphOptions,
): Promise<Graph> {
  const read = await readContents(wire, span, { readTensor, readValue });
  const declared = read.inputs.filter((input) => !read.initializers.has(input.name));
  const { initializers: weights } = read;
  const fixed = fixInputValues(
    { inputs: declared.map((input) => withShape(wire, input)), initializers: weights },
    given,
  );
  const { inputs } = fixed;
  const contents = { ...read, ...fixed };
  // In a branch values need no type.
  const readBranch = (branch: Span): Promise<Contents<{ readonly name: string }>> =>
    readContents(wire, branch, { readTensor, readValue: readValueName });
  const options = { wire, opset, inputs: fixInputs(inputs, sizes), readBranch };
  const { nodes, initializers, choices } = await assemble(contents, options);
  const bare = { name: contents.name, opset, inputs, nodes: nameNodes(nodes), initializers };
  checkNames({ ...bare, outputs: contents.outputs, initializers: bare.initializers.keys() }, (message) =>
    wire.fail(span.start, message),
  );
  const outputNames = new Set(contents.outputs.map(({ name }) => name));
  const values = new Map<string, ValueInfo>();
  for (const { name, dtype, shape } of contents.values) {
    // A declaration without a shape is less than what inference finds.
    if (shape !== undefined && !outputNames.has(name)) values.set(name, { name, dtype, shape });
  }
  const unfit = unfitChoices({ ...bare, inputs: options.inputs, outputs: [], values: new Map() }, choices);
  if (unfit.length > 0) throw refused(unfit, contents, options);
  const outputs = completeOutputs(wire, { bare, outputs: contents.outputs });
  return fixSizes(dropUnused({ ...bare, outputs, values }), sizes);
}

async function readContents<Value>(
  wire: Wire,
  span: Span,
  { readTensor, readValue: read }: { readonly readTensor: TensorReader; readonly readValue: ReadValue<Value> },
): Promise<Contents<Value>> {
  let name = "";
  const nodes: FileNode[] = [];
  const initializers = new Map<string, LazyTensor>();
  const inputs: Value[] = [];
  const outputs: Value[] = [];
  const values: Value[] = [];
  for await (const field of wire.stream(span, "the graph")) {
    switch (field.number) {
      case GRAPH.node:
        nodes.push(await readNode(wire, field, { index: nodes.length, readTensor }));
        break;
      case GRAPH.name:
        name = await readText(wire, field, "the graph's name");
        break;
      case GRAPH.initializer: {
        requireWireType(wire, field, "delimited", `initializer ${initializers.size}`);
        const tensor = await readTensor(field, `initializer ${initializers.size}`);
        if (tensor.name === "") throw wire.fail(field.start, `initializer ${initializers.size} has no name`);
        if (initializers.has(tensor.name)) {
          throw wire.fail(field.start, `initializer ${JSON.stringify(tensor.name)} appears twice`);
        }
        initializers.set(tensor.name, tensor);
        break;
      }
      case GRAPH.sparseInitializer:
        throw new UnsupportedError(`${wire.source.label}: the graph has sparse initializers`, {
          details: { offset: field.start },
        });
      case GRAPH.input:
        inputs.push(await read(wire, field, "input"));
        break;
      case GRAPH.output:
        outputs.push(await read(wire, field, "output"));
        break;
      case GRAPH.valueInfo:
        values.push(await read(wire, field, "value"));
        break;
      default:
        // Documentation, quantization annotations, metadata, or a field of a later ONNX.
        break;
    }
  }
  return { name, nodes, initializers, inputs, outputs, values };
}

function withShape(wire: Wire, { name, dtype, shape }: DeclaredValue): ValueInfo {
  if (shape === undefined) {
    throw new UnsupportedError(`${wire.source.label}: input ${JSON.stringify(name)} has no shape`, {
      hint: "Give the input a shape; variable sizes may be names.",
    });
  }
  return { name, dtype, shape };
}

function nameNodes(nodes: readonly Node[]): Node[] {
  const taken = new Set(nodes.map((node) => node.name));
  const counts = new Map<string, number>();
  const used = new Set<string>();
  return nodes.map((node) => {
    // ONNX also lets nodes share a name; the first one keeps it.
    let name = node.name;
    while (name === "" || used.has(name) || (name !== node.name && taken.has(name))) {
      const count = (counts.get(node.op) ?? 0) + 1;
      counts.set(node.op, count);
      name = `${node.op}_${count}`;
    }
    used.add(name);
    return name === node.name ? node : { ...node, name };
  });
}

function completeOutputs(
  wire: Wire,
  { bare, outputs }: { bare: Omit<Graph, "outputs" | "values">; outputs: readonly DeclaredValue[] },
): ValueInfo[] {
  if (outputs.every(({ shape }) => shape !== undefined)) return outputs.map((output) => withShape(wire, output));
  const inferred = inferShapes({ ...bare, outputs: [], values: new Map() }).values;
  return outputs.map(({ name, dtype, shape }) => {
    const known = shape ?? inferred.get(name)?.shape;
    if (known === undefined) {
      throw new UnsupportedError(
        `${wire.source.label}: output ${JSON.stringify(name)} has no shape, and none can be inferred`,
      );
    }
    return { name, dtype, shape: known };
  });
}
