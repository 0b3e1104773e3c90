import { beforeAll, expect, test } from "vitest";
import type { Engine } from "../src/engine-source.ts";
import { openEngine } from "../src/engine.ts";
import { wasmEngine } from "../src/engines.ts";
import { onEngine } from "../src/switch-engine.ts";
import { withWasmOperators } from "../src/wasm-operators.ts";
import { runNodes } from "./run-nodes.ts";

let engine: Engine;

beforeAll(async () => {
  engine = await openEngine(wasmEngine(() => undefined));
});

const nodesOf = (op: string, exclusive: boolean, reverse: boolean) => [
  { name: "x", op: "Placeholder", attr: { dtype: { type: "DT_FLOAT" } } },
  { name: "axis", op: "Const", attr: { dtype: { type: "DT_INT32" } } },
  { name: "y", op, input: ["x", "axis"], attr: { exclusive: { b: exclusive }, reverse: { b: reverse } } },
];

test.each([
  ["Cumsum", false, false],
  ["Cumsum", true, false],
  ["Cumsum", false, true],
  ["Cumprod", true, true],
] as const)("%s, exclusive %s, reverse %s: as by the engine", async (op, exclusive, reverse) => {
  const { core } = engine.tf;
  const nodes = nodesOf(op, exclusive, reverse);
  const used = withWasmOperators(engine.tf, nodes);
  expect(used.at(-1)!.op).toBe(`Samoyed${op}`);
  await onEngine(core, "wasm", () => {
    const along = (own: typeof nodes | typeof used, axis: number) => {
      const x = core.tensor([1, 2, 3, 4, 5, 6], [2, 3]);
      return runNodes(engine, own, { fed: { x }, constants: { axis: core.scalar(axis, "int32") }, wanted: ["y"] });
    };
    expect(along(used, 0)).toEqual(along(nodes, 0));
    expect(along(used, 1)).toEqual(along(nodes, 1));
    // The engine itself reads beyond its memory for a negative axis.
    expect(along(used, -1)).toEqual(along(nodes, 1));
  });
});

test("a scalar is refused, where the engine would never end", async () => {
  const { core } = engine.tf;
  const used = withWasmOperators(engine.tf, nodesOf("Cumsum", false, false));
  await onEngine(core, "wasm", () => {
    const parts = { fed: { x: core.scalar(1) }, constants: { axis: core.scalar(0, "int32") }, wanted: ["y"] };
    expect(() => runNodes(engine, used, parts)).toThrow("cumsum of a scalar, which has no axis");
  });
});

test("a trap of the engine is an error that says what to do", async () => {
  const trap = (): never => {
    throw new WebAssembly.RuntimeError("memory access out of bounds");
  };
  await expect(onEngine(engine.tf.core, "wasm", trap)).rejects.toMatchObject({
    code: "unsupported",
    message: "the WebAssembly of wasm failed: memory access out of bounds",
    hint: expect.stringContaining("load models anew"),
  });
});
