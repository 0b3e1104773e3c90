import { elementCount, lazyTensor, SamoyedError, type Tensor } from "@samoyed/core";
import fc from "fast-check";
import { noise } from "@samoyed/test-support/tensors";
import { expect, test } from "vitest";
import { int64, nodeGraph, type NodeCase, runNode } from "../test/helpers.ts";
import { type RecordedCase, recordedCases } from "../test/recorded.ts";
import { createBuilder, interpret, rewriteGraph } from "./index.ts";
import { OPERATOR_RULES, type Attribute, type Dim, type Graph } from "@samoyed/ir";
import { castWeights, dropIdentities, foldBatchNorm, foldConstants, fusePad } from "./index.ts";

/*
 * Nodes as a hostile file may have them: any operator with any inputs and any values in its attributes. Every step may
 * refuse, with a typed error; it must not crash otherwise, hang, or allocate without bound.
 */

const extremes = fc.constantFrom(
  0,
  1,
  2,
  3,
  -1,
  -2,
  7,
  2 ** 20,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 53 - 1,
  2 ** 53,
  -(2 ** 53),
);
const size = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 0, max: 4 }) }, fc.constantFrom(2 ** 20, 2 ** 31 - 1));
const words = fc.constantFrom(
  "",
  "SAME_UPPER",
  "VALID",
  "reflect",
  "linear",
  "cubic",
  "tf_crop_and_resize",
  "...ij,...jk",
  "ii->",
  "CRD",
);

const attribute: Record<Attribute["type"], fc.Arbitrary<Attribute>> = {
  int: extremes.map((value) => ({ type: "int", value })),
  float: fc.oneof(extremes, fc.double()).map((value) => ({ type: "float", value })),
  string: words.map((value) => ({ type: "string", value })),
  ints: fc.array(extremes, { maxLength: 5 }).map((value) => ({ type: "ints", value })),
  floats: fc.array(fc.oneof(extremes, fc.double()), { maxLength: 5 }).map((value) => ({ type: "floats", value })),
  strings: fc.array(words, { maxLength: 3 }).map((value) => ({ type: "strings", value })),
  tensor: fc
    .integer({ min: 0, max: 3 })
    .map((length) => ({ type: "tensor", value: lazyTensor("t", noise([length], 1)) })),
};

type Operand =
  | { readonly kind: "omitted" }
  | { readonly kind: "input"; readonly shape: readonly Dim[]; readonly dtype: "float32" | "int64" | "bool" }
  | { readonly kind: "constant"; readonly tensor: Tensor };

const operand: fc.Arbitrary<Operand> = fc.oneof(
  fc.constant({ kind: "omitted" } as const),
  fc.record({
    kind: fc.constant("input" as const),
    shape: fc.array(fc.oneof({ weight: 6, arbitrary: size }, fc.constantFrom("N", "H")), { maxLength: 5 }),
    dtype: fc.constantFrom("float32", "int64", "bool"),
  }),
  fc.array(extremes, { maxLength: 5 }).map((values) => ({ kind: "constant" as const, tensor: int64(values) })),
  fc
    .array(fc.integer({ min: 0, max: 4 }), { maxLength: 5 })
    .map((shape) => ({ kind: "constant" as const, tensor: noise(shape, 2) })),
);

const hostile = fc.constantFrom(...OPERATOR_RULES).chain(([op, rule]) => {
  const [least, most] = rule.inputs;
  const names = Object.keys(rule.attributes ?? {});
  return fc.record({
    op: fc.constant(op),
    opset: fc.integer({ min: 6, max: 28 }),
    operands: fc.array(operand, { minLength: least, maxLength: Math.min(most, least + 3) }),
    outputs: fc.integer({ min: 1, max: Math.min(3, rule.outputs?.[1] ?? 1) }),
    attributes: fc.record(Object.fromEntries(names.map((name) => [name, attribute[rule.attributes![name]!]])), {
      requiredKeys: [],
    }),
  });
});

type Hostile = typeof hostile extends fc.Arbitrary<infer T> ? T : never;

function build(item: Hostile): Graph {
  const b = createBuilder({ name: "hostile", opset: item.opset });
  const names = item.operands.map((operand, index) => {
    if (operand.kind === "omitted") return "";
    const name = `x${index}`;
    if (operand.kind === "constant") return b.initializer(lazyTensor(name, operand.tensor));
    return b.input(name, operand.dtype, operand.shape);
  });
  const outputs = Array.from({ length: item.outputs }, (_, index) => `y${index}`);
  b.node(item.op, names, { outputs, attributes: item.attributes as Record<string, Attribute> });
  for (const name of outputs) b.output(name);
  return b.finish();
}

/** Inputs that fit, where they are small enough to make. */
function inputsOf(graph: Graph): Record<string, Tensor> | undefined {
  const inputs: Record<string, Tensor> = {};
  for (const { name, dtype, shape } of graph.inputs) {
    const known = shape.map((dim) => (typeof dim === "string" ? 3 : dim));
    if (known.some((dim) => dim > 4096)) return undefined;
    const count = elementCount(known);
    if (dtype === "float32") inputs[name] = noise(known, 5);
    else if (dtype === "int64")
      inputs[name] = { dtype: "int64", shape: known, data: new BigInt64Array(count).fill(2n) };
    else inputs[name] = { dtype: "bool", shape: known, data: new Uint8Array(count).fill(1) };
  }
  return inputs;
}

/** The result, or nothing where it was refused; any other error fails the test. */
async function orRefused<T>(action: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof SamoyedError) return undefined;
    throw error;
  }
}

test("hostile nodes are built, rewritten and computed, or refused with a typed error", async () => {
  const seen = { built: 0, computed: 0 };
  await fc.assert(
    fc.asyncProperty(hostile, async (item) => {
      const graph = await orRefused(() => build(item));
      if (graph === undefined) return;
      seen.built++;
      await orRefused(() => rewriteGraph(graph, [dropIdentities, foldConstants, fusePad, foldBatchNorm]));
      await orRefused(() => castWeights(graph, "float16"));
      const inputs = inputsOf(graph);
      // What is large and allowed is slow, not wrong: it is left out here.
      const large = graph.outputs.some(({ shape }) => shape.some((dim) => typeof dim === "number" && dim > 4096));
      if (inputs === undefined || large) return;
      if ((await orRefused(() => interpret(graph, inputs))) !== undefined) seen.computed++;
    }),
    { numRuns: 3000 * Number(process.env["SAMOYED_FUZZ"] ?? 1) },
  );
  // The generator must reach the interpreter, or this shows nothing.
  expect(seen.built).toBeGreaterThan(300);
  expect(seen.computed).toBeGreaterThan(100);
});

type Damage =
  | { readonly kind: "attribute"; readonly pick: number; readonly value: Attribute }
  | { readonly kind: "entry"; readonly pick: number; readonly value: number }
  | { readonly kind: "shape"; readonly pick: number; readonly axis: number; readonly value: number }
  | { readonly kind: "constant"; readonly pick: number; readonly value: number }
  | { readonly kind: "omit"; readonly pick: number };

const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant("attribute" as const), pick: fc.nat(9), value: fc.oneof(...Object.values(attribute)) }),
  fc.record({ kind: fc.constant("entry" as const), pick: fc.nat(99), value: extremes }),
  fc.record({ kind: fc.constant("shape" as const), pick: fc.nat(9), axis: fc.nat(4), value: fc.nat(9) }),
  fc.record({ kind: fc.constant("constant" as const), pick: fc.nat(9), value: extremes }),
  fc.record({ kind: fc.constant("omit" as const), pick: fc.nat(9) }),
);

/** A recorded case with one thing changed. */
function spoil(item: RecordedCase, change: Damage): NodeCase {
  const inputs = [...item.inputs];
  const at = change.pick % inputs.length;
  const tensor = inputs[at];
  const names = Object.keys(OPERATOR_RULES.get(item.op)!.attributes ?? {});
  const name = names[change.pick % Math.max(1, names.length)];
  const attributes = { ...item.attributes };
  switch (change.kind) {
    case "attribute":
      if (name !== undefined) attributes[name] = change.value;
      break;
    case "entry": {
      const old = name === undefined ? undefined : attributes[name];
      if (old?.type === "ints")
        attributes[name!] = { type: "ints", value: old.value.with(change.pick % old.value.length, change.value) };
      else if (old?.type === "int") attributes[name!] = { type: "int", value: change.value };
      break;
    }
    case "shape": {
      if (!tensor) break;
      const shape = tensor.shape.map((size, axis) => (axis === change.axis ? change.value : size));
      inputs[at] =
        tensor.dtype === "int64"
          ? int64(
              Array.from({ length: elementCount(shape) }, () => 1),
              shape,
            )
          : noise(shape, 3);
      break;
    }
    case "constant":
      if (tensor?.dtype === "int64")
        inputs[at] = int64(
          Array.from(tensor.data as BigInt64Array, (value, index) => (index === 0 ? change.value : Number(value))),
          tensor.shape,
        );
      break;
    case "omit":
      inputs[at] = null;
  }
  return { ...item, attributes, inputs };
}

test("recorded nodes with one thing damaged are computed, or refused with a typed error", async () => {
  let computed = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...recordedCases()), damage, async (item, change) => {
      const spoiled = spoil(item, change);
      const graph = await orRefused(() => nodeGraph(spoiled));
      if (graph === undefined || graph.outputs.some(({ shape }) => shape.some((dim) => Number(dim) > 4096))) return;
      if ((await orRefused(() => runNode(spoiled))) !== undefined) computed++;
    }),
    { numRuns: 2000 * Number(process.env["SAMOYED_FUZZ"] ?? 1) },
  );
  expect(computed).toBeGreaterThan(200);
});
