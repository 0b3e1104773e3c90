import type { LazyTensor } from "@samoyed/core";
import type { Attribute, Dim, Graph, Node, ValueInfo } from "@samoyed/ir";
import fc from "fast-check";
import { anyTensor } from "@samoyed/test-support/tensors";
import { ONNX_DTYPES } from "./graphs.ts";

const dtype = fc.constantFrom(...ONNX_DTYPES);
const shape = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 });
/** Whole code points: half a surrogate pair is not text. */
const text = fc.string({ unit: "binary", maxLength: 12 });
const name = fc.string({ unit: "binary", minLength: 1, maxLength: 12 });
const dim: fc.Arbitrary<Dim> = fc.oneof(fc.integer({ min: 0, max: 2 ** 31 - 1 }), name);
/** Integers; minus zero is not one. */
const integer = fc.maxSafeInteger().map((value) => value + 0);
const float = fc.float();

const attribute: fc.Arbitrary<Attribute> = fc.oneof(
  integer.map((value) => ({ type: "int" as const, value })),
  float.map((value) => ({ type: "float" as const, value })),
  text.map((value) => ({ type: "string" as const, value })),
  fc.array(integer).map((value) => ({ type: "ints" as const, value })),
  fc.array(float).map((value) => ({ type: "floats" as const, value })),
  fc.array(text).map((value) => ({ type: "strings" as const, value })),
  fc.tuple(text, dtype, shape).map((tensor) => ({ type: "tensor" as const, value: anyTensor(...tensor) })),
);

const attributes = fc
  .array(fc.tuple(fc.oneof(name, fc.constantFrom("__proto__", "constructor", "toString")), attribute), { maxLength: 4 })
  .map((entries) => Object.fromEntries(entries));

interface Draft {
  readonly op: string;
  readonly outputs: number;
  readonly attributes: Node["attributes"];
  /** Indices of the inputs among the earlier values, modulo their count; omitted ones are `undefined`. */
  readonly inputs: readonly (number | undefined)[];
  readonly type: readonly [LazyTensor["dtype"], readonly Dim[]] | undefined;
}

const draft: fc.Arbitrary<Draft> = fc.record({
  op: name,
  outputs: fc.integer({ min: 1, max: 3 }),
  attributes,
  inputs: fc.array(fc.option(fc.nat(), { nil: undefined }), {
    maxLength: 4,
  }),
  type: fc.option(fc.tuple(dtype, fc.array(dim, { maxLength: 4 })), { nil: undefined }),
});

/** Graphs of any operators, any names, all attribute and element types: valid as files, not as networks. */
export const anyGraph: fc.Arbitrary<Graph> = fc
  .record({
    graphName: text,
    opset: fc.integer({ min: 19, max: 28 }),
    names: fc.uniqueArray(name, { minLength: 50, maxLength: 50 }),
    inputs: fc.array(fc.tuple(dtype, fc.array(dim, { maxLength: 4 })), { minLength: 1, maxLength: 3 }),
    tensors: fc.array(fc.tuple(dtype, shape), { maxLength: 5 }),
    drafts: fc.array(draft, { minLength: 1, maxLength: 6 }),
  })
  .map(({ graphName, opset, names, inputs, tensors, drafts }) => {
    const fresh = names.values();
    const next = (): string => fresh.next().value!;
    const assigned: string[] = [];
    const assign = (): string => {
      const value = next();
      assigned.push(value);
      return value;
    };
    const graphInputs = inputs.map(([dtype, shape]): ValueInfo => ({ name: assign(), dtype, shape }));
    const initializers = new Map(
      tensors.map(([dtype, shape]) => {
        const key = assign();
        return [key, anyTensor(key, dtype, shape)];
      }),
    );
    const values = new Map<string, ValueInfo>();
    const nodes = drafts.map(({ op, outputs, attributes, inputs, type }): Node => {
      const from = inputs.map((pick) => (pick === undefined ? "" : assigned[pick % assigned.length]!));
      const to = Array.from({ length: outputs }, assign);
      if (type !== undefined) {
        values.set(to[0]!, { name: to[0]!, dtype: type[0], shape: type[1] });
      }
      return { name: next(), op, inputs: from, outputs: to, attributes };
    });
    // Unused values are not read back, so the last node uses all of them.
    const used = new Set(nodes.flatMap((node) => node.inputs));
    const last = next();
    nodes.push({
      name: next(),
      op: "Last",
      inputs: assigned.filter((name) => !used.has(name)),
      outputs: [last],
      attributes: {},
    });
    const outputs: ValueInfo[] = [{ name: last, dtype: "float32", shape: ["N", 7] }];
    return { name: graphName, opset, inputs: graphInputs, outputs, nodes, initializers, values };
  });
