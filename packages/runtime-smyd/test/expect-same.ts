import type { Tensor } from "@samoyed/core";
import { interpret } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import { expect } from "vitest";
import { BACKENDS } from "./backends.ts";
import { smydBytes } from "./models.ts";
import { runPlanned } from "./run-plan.ts";

/** Runs a graph on the step machine, on the kernels of either kind and on the interpreter. */
export async function expectSame(graph: Graph, inputs: Record<string, Tensor>, taps: string[] = []): Promise<void> {
  const expected = await interpret(graph, inputs, { taps });
  const { values } = await runPlanned(graph, inputs, { taps });
  expectClose(values, expected, "step machine");
  const bytes = await smydBytes(graph);
  for (const [simd, backend] of Object.entries(BACKENDS)) {
    const session = await backend.load(bytes, { threads: 1 });
    expectClose(await session.run(inputs, { taps }), expected, `${simd} kernels`);
    await session.dispose();
  }
}

/** Requires values to be as expected, by name. */
export function expectClose(
  values: ReadonlyMap<string, Tensor>,
  expected: ReadonlyMap<string, Tensor>,
  by: string,
): void {
  for (const [name, wanted] of expected) {
    const found = values.get(name)!;
    expect(found.shape, name).toEqual(wanted.shape);
    for (let index = 0; index < found.data.length; index++) {
      const [a, b] = [Number(found.data[index]), Number(wanted.data[index])];
      if (!(Object.is(a, b) || Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(b)))) {
        throw new Error(`${by}: ${name}[${index}] is ${a}; expected ${b}`);
      }
    }
  }
}
