import { lazyTensor, memorySource, SamoyedError } from "@samoyed/core";
import type { Attribute, Node } from "@samoyed/ir";
import { createBuilder } from "@samoyed/graph";
import { float, type Graph, int, ints, string } from "@samoyed/ir";
import fc from "fast-check";
import { wave } from "@samoyed/test-support/tensors";
import { describe, expect, test } from "vitest";
import { readSmydHeader, type SmydFile, type SmydWeight } from "@samoyed/smyd-file";
import { ALL_OPERATORS } from "../src/plan/operators/all.ts";
import { type Plan, planProgram } from "../src/plan/plan.ts";
import { smydBytes } from "./models.ts";
import { DATA_ADDRESS, runPlan } from "./run-plan.ts";

const runs = { numRuns: 400 * Number(process.env["SAMOYED_FUZZ"] ?? 1) };

/** A network with an operator of every family. */
function everything(): Graph {
  const b = createBuilder({ name: "everything" });
  const weight = (name: string, shape: number[]): string => b.initializer(lazyTensor(name, wave(shape, name.length)));
  const list = (name: string, values: number[]): string =>
    b.initializer(
      lazyTensor(name, { dtype: "int64", shape: [values.length], data: BigInt64Array.from(values, BigInt) }),
    );
  const x = b.input("x", "float32", [1, 4, 7, 6]);
  const conv = b.node("Conv", [x, weight("w1", [8, 2, 3, 3]), weight("b1", [8])], {
    name: "conv",
    attributes: { pads: ints([1, 2, 0, 1]), group: int(2), strides: ints([1, 2]), dilations: ints([1, 1]) },
  });
  const pad = b.node("Pad", [conv, list("pads", [0, 0, 1, 1, 0, 0, 1, 2])], {
    attributes: { mode: string("reflect") },
  });
  const deep = b.node("Conv", [pad, weight("w2", [8, 1, 3, 3])], { attributes: { group: int(8) } });
  const normal = b.node(
    "BatchNormalization",
    [
      deep,
      weight("s", [8]),
      weight("t", [8]),
      weight("m", [8]),
      b.initializer(lazyTensor("v", { ...wave([8]), data: new Float32Array(8).fill(1) })),
    ],
    { attributes: { epsilon: float(0.001) } },
  );
  const sum = b.node("Add", [normal, b.node("LeakyRelu", [normal], { attributes: { alpha: float(0.1) } })]);
  const pool = b.node("MaxPool", [sum], {
    attributes: { kernel_shape: ints([2, 2]), strides: ints([2, 1]), pads: ints([0, 1, 1, 0]), ceil_mode: int(1) },
  });
  const average = b.node("AveragePool", [pool], {
    attributes: { kernel_shape: ints([2, 2]), pads: ints([1, 1, 1, 1]) },
  });
  const turned = b.node("Transpose", [average], { attributes: { perm: ints([0, 1, 3, 2]) } });
  const instance = b.node("InstanceNormalization", [turned, weight("is", [8]), weight("it", [8])]);
  const scaled = b.node("Mul", [instance, weight("scale", [8, 1, 1])]);
  const mean = b.node("GlobalAveragePool", [scaled]);
  const rows = b.node("Reshape", [mean, list("rows", [0, -1])]);
  const linear = b.node("Gemm", [rows, weight("fc", [5, 8]), weight("fcb", [5])], { attributes: { transB: int(1) } });
  b.output(b.node("Softmax", [linear], { name: "y", attributes: { axis: int(-1) } }));
  return b.finish();
}

const bytes = await smydBytes(everything());
const file = await readSmydHeader(memorySource(bytes, "test"));
const data = bytes.subarray(file.dataOffset);

function plan(changed: Pick<SmydFile, "graph">, input: readonly number[], own: Uint8Array = data): Plan {
  return planProgram(
    { ...file, ...changed, data: own },
    {
      inputs: new Map([["x", input]]),
      batched: new Set(),
      operators: ALL_OPERATORS,
      dataAddress: DATA_ADDRESS,
      address: Math.ceil((DATA_ADDRESS + data.length) / 64) * 64,
    },
  );
}

const number = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -2, max: 5 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(2 ** 20, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, 0.5, Number.NaN, Infinity),
  },
);

/** Another value of the same type. */
function otherValue(attribute: Attribute<SmydWeight>, values: readonly number[]): Attribute<SmydWeight> {
  if (attribute.type === "ints") return { type: "ints", value: values };
  if (attribute.type === "int" || attribute.type === "float") return { type: attribute.type, value: values[0] ?? 0 };
  return { type: "string", value: values.length % 2 ? "SAME_UPPER" : "edge" };
}

const change = fc.record({
  node: fc.nat(100),
  what: fc.constantFrom("attribute", "attribute", "drop", "op", "input", "add"),
  which: fc.nat(20),
  values: fc.array(number, { maxLength: 9 }),
  op: fc.constantFrom(...ALL_OPERATORS.keys()),
});

function mutate(
  nodes: readonly Node<SmydWeight>[],
  { node: at, what, which, values, op }: typeof change extends fc.Arbitrary<infer T> ? T : never,
): Node<SmydWeight>[] {
  const index = at % nodes.length;
  const node = nodes[index]!;
  const names = Object.keys(node.attributes);
  const name = names[which % Math.max(1, names.length)];
  const known = [
    ...file.graph.initializers.keys(),
    ...nodes.slice(0, index).map(({ outputs }) => outputs[0]!),
    "x",
    "nobody",
  ];
  const changed: Node<SmydWeight> = { ...node };
  const attributes: Record<string, Attribute<SmydWeight>> = { ...node.attributes };
  if (what === "attribute" && name) attributes[name] = otherValue(attributes[name]!, values);
  if (what === "drop" && name) delete attributes[name];
  if (what === "add")
    attributes[["auto_pad", "axis", "group", "transA", "alpha"][which % 5]!] = { type: "int", value: values[0] ?? 1 };
  const inputs = [...node.inputs];
  if (what === "input") inputs[which % inputs.length] = known[at % known.length]!;
  return nodes.with(index, { ...changed, attributes, inputs, ...(what === "op" && { op }) });
}

describe("whatever a graph says, it is refused with a typed error, or its program stays within its memory", () => {
  test("changed nodes and sizes", async () => {
    const sizes = fc.tuple(
      fc.constant(1),
      fc.constantFrom(4, 4, 4, 3),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
    );
    let planned = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), sizes, (changes, input) => {
        const nodes = changes.reduce<readonly Node<SmydWeight>[]>((own, one) => mutate(own, one), file.graph.nodes);
        let made: Plan;
        try {
          made = plan({ graph: { ...file.graph, nodes } }, input);
        } catch (error) {
          if (!(error instanceof SamoyedError)) throw error;
          return;
        }
        if (made.end > 1 << 20) return;
        planned++;
        runPlan(made, { data, inputs: { x: wave(input) } });
      }),
      runs,
    );
    // Else the test says nothing.
    expect(planned).toBeGreaterThan(runs.numRuns / 20);
  });

  test("changed integers in the data", () => {
    const integers = [...file.graph.initializers.values()].filter(({ storage }) => storage === "int64");
    expect(integers).toHaveLength(2);
    fc.assert(
      fc.property(fc.constantFrom(...integers), fc.nat(7), number, (weight, at, value) => {
        const own = data.slice();
        const place = weight.offset + 8 * (at % (weight.byteLength / 8));
        new DataView(own.buffer).setBigInt64(place, BigInt(Number.isInteger(value) ? value : 7), true);
        let made: Plan;
        try {
          made = plan(file, [1, 4, 7, 6], own);
        } catch (error) {
          if (!(error instanceof SamoyedError)) throw error;
          return;
        }
        if (made.end <= 1 << 20) runPlan(made, { data: own, inputs: { x: wave([1, 4, 7, 6]) } });
      }),
      runs,
    );
  });
});

describe("what is refused, and how", () => {
  const at = (op: string): number => file.graph.nodes.findIndex((node) => node.op === op);
  const withNode = (
    op: string,
    changed: (node: Node<SmydWeight>) => Partial<Node<SmydWeight>>,
  ): Pick<SmydFile, "graph"> => {
    const index = at(op);
    const node = file.graph.nodes[index]!;
    return { graph: { ...file.graph, nodes: file.graph.nodes.with(index, { ...node, ...changed(node) }) } };
  };
  const attribute = (op: string, name: string, value: Attribute<SmydWeight>): Pick<SmydFile, "graph"> =>
    withNode(op, (node) => ({ attributes: { ...node.attributes, [name]: value } }));

  test.each<[string, Pick<SmydFile, "graph">, string, RegExp]>([
    [
      "an operator that nobody computes",
      withNode("Transpose", () => ({ op: "Einsum" })),
      "unsupported",
      /\(Einsum\) is of an operator/,
    ],
    [
      "an attribute that is not known",
      attribute("Conv", "speed", { type: "int", value: 1 }),
      "unsupported",
      /the attribute "speed"/,
    ],
    ["a computed weight", withNode("Conv", ({ inputs }) => ({ inputs: [inputs[0]!, "x"] })), "shape", /Conv/],
    [
      "padding of a million pixels on a side",
      attribute("Conv", "pads", { type: "ints", value: [2 ** 20, 2 ** 20, 0, 0] }),
      "unsupported",
      /over 2147483647 bytes/,
    ],
    [
      "a stride of none",
      attribute("Conv", "strides", { type: "ints", value: [0, 1] }),
      "format",
      /"strides" has value 0; expected 1 to 1048576/,
    ],
    [
      "a kernel larger than the image",
      attribute("MaxPool", "kernel_shape", { type: "ints", value: [50, 2] }),
      "shape",
      /which the kernel's extent 50 exceeds/,
    ],
    [
      "a value that is made later",
      withNode("Add", ({ inputs }) => ({ inputs: [inputs[0]!, "y"] })),
      "format",
      /"y" is used before it is made/,
    ],
    [
      "an input too many",
      withNode("Softmax", ({ inputs }) => ({ inputs: [...inputs, "x"] })),
      "format",
      /has 2 inputs; expected 1/,
    ],
    [
      "the mask of a pool",
      withNode("MaxPool", ({ outputs }) => ({ outputs: [...outputs, "mask"] })),
      "unsupported",
      /the further output "mask"/,
    ],
    [
      "a weight packed for other groups",
      withNode("Conv", ({ inputs }) => ({ inputs: [inputs[0]!, "fc"] })),
      "shape",
      /"fc" float32\[5, 8\]; expected 4 axes/,
    ],
    [
      "a number where words belong",
      attribute("Pad", "mode", { type: "int", value: 1 }),
      "format",
      /"mode" has type int; expected string/,
    ],
  ])("%s", (_, changed, code, message) => {
    const attempt = (): Plan => plan(changed, [1, 4, 7, 6]);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ code }));
  });

  test("an operator that mixes the images of a batch: they are planned together", async () => {
    const b = createBuilder({ name: "mix" });
    const x = b.input("x", "float32", ["N", 3]);
    b.output(b.node("Transpose", [x], { name: "y" }));
    const own = await readSmydHeader(memorySource(await smydBytes(b.finish()), "mix"));
    const sizes = { inputs: new Map([["x", [1, 3]]]), batched: new Set(["x"]), images: 4 };
    const { inputs, outputs } = planProgram(
      { ...own, data },
      { ...sizes, operators: ALL_OPERATORS, dataAddress: DATA_ADDRESS, address: 4096 },
    );
    expect(inputs).toMatchObject([{ name: "x", shape: [4, 3], batched: false }]);
    expect(outputs).toMatchObject([{ name: "y", shape: [3, 4], batched: false }]);
  });

  test("a tap that there is not", () => {
    const attempt = (): Plan =>
      planProgram(
        { ...file, data },
        {
          inputs: new Map([["x", [1, 4, 7, 6]]]),
          batched: new Set(),
          taps: ["z"],
          operators: ALL_OPERATORS,
          dataAddress: DATA_ADDRESS,
          address: 65536,
        },
      );
    expect(attempt).toThrow(/no value "z" to tap/);
  });
});

test("a file of a few kilobytes whose values would take most of the memory is refused, with the limit's name", async () => {
  const planned = async (border: number): Promise<Plan> => {
    const b = createBuilder({ name: "border" });
    const pads = BigInt64Array.from([0, 0, border, border, 0, 0, border, border], BigInt);
    const x = b.input("x", "float32", [1, 1, 8, 8]);
    b.output(b.node("Pad", [x, b.initializer(lazyTensor("pads", { dtype: "int64", shape: [8], data: pads }))]));
    const small = await smydBytes(b.finish());
    expect(small.byteLength).toBeLessThan(4000);
    const read = await readSmydHeader(memorySource(small, "small"));
    return plan(read, [1, 1, 8, 8], small.subarray(read.dataOffset));
  };
  expect((await planned(4000)).arena.byteLength).toBeGreaterThan(2 ** 27);
  await expect(planned(7900)).rejects.toThrow(/values take \d+ bytes; MAX_ARENA_GROWTH allows \d+/);
});
