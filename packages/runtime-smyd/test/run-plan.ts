import { memorySource, type Tensor, zeros } from "@samoyed/core";
import type { SmydWeights } from "@samoyed/format-smyd";
import type { Graph } from "@samoyed/ir";
import { readSmydHeader } from "@samoyed/smyd-file";
import { ALL_OPERATORS } from "../src/plan/operators/all.ts";
import { type Plan, planProgram } from "../src/plan/plan.ts";
import { readValue, writeValue } from "../src/wasm/values.ts";
import { smydBytes } from "./models.ts";
import { StepMachine } from "./step-machine.ts";

/** What a plan made of a graph gives, and the plan. */
export interface PlannedRun {
  readonly plan: Plan;
  readonly values: ReadonlyMap<string, Tensor>;
}

/** Where the data section is put: anywhere above zero, so that an address that was forgotten is out of bounds. */
export const DATA_ADDRESS = 1024;

/** Plans a graph for the shapes of its inputs and runs the plan on the step machine. */
export async function runPlanned(
  graph: Graph,
  inputs: Readonly<Record<string, Tensor>>,
  { taps = [], weights = "float32" }: { readonly taps?: readonly string[]; readonly weights?: SmydWeights } = {},
): Promise<PlannedRun> {
  const bytes = await smydBytes(graph, { weights });
  const file = await readSmydHeader(memorySource(bytes, "test"));
  const data = bytes.subarray(file.dataOffset);
  const address = Math.ceil((DATA_ADDRESS + data.length) / 64) * 64;
  const shapes = new Map(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  const sizes = { inputs: shapes, batched: new Set<string>() };
  const plan = planProgram(
    { ...file, data },
    { ...sizes, taps, operators: ALL_OPERATORS, dataAddress: DATA_ADDRESS, address },
  );
  return { plan, values: runPlan(plan, { data, inputs }) };
}

/**
 * Runs a plan on the step machine. Memory is full of NaN before, so that nothing that was not written can go unnoticed.
 *
 * @throws Error when a step touches what it may not.
 */
export function runPlan(
  plan: Plan,
  { data, inputs }: { readonly data: Uint8Array; readonly inputs: Readonly<Record<string, Tensor>> },
): Map<string, Tensor> {
  const memory = new ArrayBuffer(plan.end);
  new Uint8Array(memory).fill(0xff);
  new Uint8Array(memory).set(data, DATA_ADDRESS);
  const { tables, arena } = plan;
  new Int32Array(memory, tables.address, tables.words.length).set(tables.words);
  for (const input of plan.inputs) writeValue({ buffer: memory }, input, { data: inputs[input.name]!.data, image: 0 });
  const machine = new StepMachine(memory, {
    readable: [{ from: DATA_ADDRESS, to: DATA_ADDRESS + data.length }],
    writable: [{ from: arena.address, to: arena.address + arena.byteLength }],
    tables: { from: tables.address, to: tables.address + 4 * tables.words.length },
  });
  const values = new Map<string, Tensor>();
  let done = 0;
  for (const output of plan.outputs) {
    while (done < output.afterStep) machine.run(plan.steps[done++]!);
    const tensor = zeros(output.dtype, output.shape);
    readValue({ buffer: memory }, output, { data: tensor.data, image: 0 });
    values.set(output.name, tensor);
  }
  return values;
}
