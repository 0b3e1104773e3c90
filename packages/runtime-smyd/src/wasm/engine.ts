import { type Tensor, throwIfAborted, UnsupportedError, zeros } from "@samoyed/core";
import type { SmydFile } from "@samoyed/smyd-file";
import type { Kernels } from "./kernels/load.ts";
import { DATA_ADDRESS, growMemory } from "./memory.ts";
import type { OperatorSet } from "./operator-set.ts";
import { alignUp } from "../plan/arena.ts";
import { type Plan, type PlannedValue, planProgram } from "../plan/plan.ts";
import type { InputSizes } from "../plan/sizes.ts";
import { readValue, writeValue } from "./values.ts";
import { encodeProgram, scratchBytes } from "./program/encode.ts";
import type { WorkerPool } from "./threads/worker-pool.ts";

/** The runner of a program's steps: the calling thread, or a pool of workers. */
export type Runner =
  | { readonly threads: 1; readonly kernels: Kernels }
  | { readonly threads: number; readonly workerPool: WorkerPool };

/** A model in memory that can be planned and run. */
export interface Engine {
  /**
   * Plans for sizes and taps, and makes room; nothing is done where that is planned already.
   *
   * @throws as `planProgram` does, UnavailableError when memory cannot be had.
   */
  prepare(sizes: InputSizes, taps: readonly string[]): void;
  /**
   * Runs what was prepared, image by image.
   *
   * @throws UnsupportedError when the kernels fail, UnavailableError when a worker does.
   */
  run(tensors: Readonly<Record<string, Tensor>>, signal: AbortSignal | undefined): Promise<Map<string, Tensor>>;
}

/** Options of `createEngine`. */
export interface EngineOptions {
  readonly file: SmydFile;
  readonly operatorSet: OperatorSet;
  readonly memory: WebAssembly.Memory;
  readonly runner: Runner;
  /** Pixels of a convolution's largest tile, 1 to 6. */
  readonly tile: number;
}

interface Installed {
  readonly key: string;
  /** The number of images if they are planned together; absent if one by one. */
  readonly images?: number | undefined;
  readonly plan: Plan;
  /** The address of the encoded program. */
  readonly program: number;
}

/** An engine over a memory whose data section is loaded, as far as planning reads it. */
export function createEngine({ file, operatorSet, memory, runner, tile }: EngineOptions): Engine {
  const { operators, encodeStep } = operatorSet;
  let installed: Installed | undefined;

  function prepare(sizes: InputSizes, taps: readonly string[]): void {
    const key = JSON.stringify([[...sizes.inputs], [...sizes.batched], taps]);
    if (installed?.key === key && (installed.images ?? sizes.images) === sizes.images) return;
    const data = new Uint8Array(memory.buffer, DATA_ADDRESS, file.dataBytes);
    const address = alignUp(DATA_ADDRESS + file.dataBytes);
    const plan = planProgram({ ...file, data }, { ...sizes, operators, taps, dataAddress: DATA_ADDRESS, address });
    const together = sizes.batched.size > 0 && !plan.inputs.some(({ batched }) => batched);
    installed = { ...install(key, plan), ...(together && { images: sizes.images ?? 1 }) };
  }

  /** Behind the tables come the program and each thread's scratch memory. */
  function install(key: string, plan: Plan): Installed {
    const program = plan.end;
    // The program's size does not depend on where its scratch memory is.
    const bytes = 4 * encodeProgram(plan.steps, { encodeStep, scratch: 0, tile }).length;
    const scratch = alignUp(program + bytes);
    growMemory(memory, scratch + runner.threads * scratchBytes(plan.steps));
    new Int32Array(memory.buffer, plan.tables.address).set(plan.tables.words);
    new Int32Array(memory.buffer, program).set(encodeProgram(plan.steps, { encodeStep, scratch, tile }));
    return { key, plan, program };
  }

  async function runSteps(program: number, first: number, last: number): Promise<void> {
    if (first === last) return;
    if ("workerPool" in runner) return runner.workerPool.run({ program, first, last });
    try {
      runner.kernels.run(program, first, last, 0, 1);
    } catch (cause) {
      throw new UnsupportedError("the kernels failed while running the model", { cause });
    }
  }

  async function run(
    tensors: Readonly<Record<string, Tensor>>,
    signal: AbortSignal | undefined,
  ): Promise<Map<string, Tensor>> {
    const { plan, program } = installed!;
    const counter = plan.inputs.find(({ batched }) => batched);
    const images = counter ? tensors[counter.name]!.shape[0]! : 1;
    const results = new Map(plan.outputs.map((value) => [value.name, resultFor(value, images)]));
    for (let image = 0; image < images; image++) {
      throwIfAborted(signal);
      for (const input of plan.inputs) writeValue(memory, input, { data: tensors[input.name]!.data, image });
      let done = 0;
      for (const output of plan.outputs) {
        await runSteps(program, done, output.afterStep);
        done = output.afterStep;
        readValue(memory, output, { data: results.get(output.name)!.data, image });
      }
    }
    return results;
  }

  return { prepare, run };
}

function resultFor({ dtype, shape, batched }: PlannedValue, images: number): Tensor {
  return zeros(dtype, batched ? [images * shape[0]!, ...shape.slice(1)] : shape);
}
