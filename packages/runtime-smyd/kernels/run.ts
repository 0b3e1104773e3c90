/** The interpreter: runs a program's steps; threads share a step's units and meet at its end. */
import { convUnit } from "./conv";
import { depthwiseUnit } from "./depthwise";
import { runFurther } from "./further";
import { borderUnit, gatherUnit } from "./gather";
import { mapUnit } from "./map";
import { batchNormUnit } from "./norm";
import { meanUnit, poolUnit } from "./pool";
import {
  NEXT_UNIT,
  OPERATION,
  OPERATION_AVERAGE_POOL,
  OPERATION_BATCH_NORM,
  OPERATION_BORDER,
  OPERATION_CONV,
  OPERATION_DEPTHWISE,
  OPERATION_GATHER,
  OPERATION_MAP,
  OPERATION_MAX_POOL,
  OPERATION_MEAN,
  PROGRAM_ARRIVED,
  PROGRAM_GENERATION,
  PROGRAM_RECORDS,
  PROGRAM_SCRATCH,
  PROGRAM_SCRATCH_STRIDE,
  SCRATCH_TILE_PIXELS,
  UNITS,
} from "../src/wasm/program/fields";

/** Looks at the barrier this often before the thread sleeps: a few microseconds, the usual wait. */
const SPINS = 2000;

/**
 * Runs the steps `first` to `last - 1`; every one of `threads` threads makes the same call. Nothing is checked here:
 * the emitter of the program is responsible for every address in it.
 *
 * @param program address of the encoded program
 * @param thread this thread's number, from 0
 */
export function run(program: usize, first: i32, last: i32, thread: i32, threads: i32): void {
  const scratch: usize = load<usize>(program, PROGRAM_SCRATCH) + thread * load<i32>(program, PROGRAM_SCRATCH_STRIDE);
  for (let pixel = 0; pixel < 6; pixel++) store<i32>(scratch + SCRATCH_TILE_PIXELS + 4 * pixel, 32 * pixel);
  for (let index = first; index < last; index++) {
    const step: usize = program + load<usize>(program + PROGRAM_RECORDS + 4 * index);
    const units = load<i32>(step, UNITS);
    if (threads == 1) {
      for (let unit = 0; unit < units; unit++) runUnit(step, unit, scratch);
    } else if (ASC_FEATURE_THREADS) {
      let unit = atomic.add<i32>(step, 1, NEXT_UNIT);
      while (unit < units) {
        runUnit(step, unit, scratch);
        unit = atomic.add<i32>(step, 1, NEXT_UNIT);
      }
      barrier(program, step, threads);
    }
  }
}

function runUnit(step: usize, unit: i32, scratch: usize): void {
  switch (load<i32>(step, OPERATION)) {
    case OPERATION_CONV:
      return convUnit(step, unit, scratch);
    case OPERATION_DEPTHWISE:
      return depthwiseUnit(step, unit, scratch);
    case OPERATION_MAP:
      return mapUnit(step, unit);
    case OPERATION_MAX_POOL:
    case OPERATION_AVERAGE_POOL:
      if (KERNEL_SET != 1) return poolUnit(step, unit);
      unreachable();
    case OPERATION_MEAN:
      return meanUnit(step, unit);
    case OPERATION_GATHER:
      return gatherUnit(step, unit);
    case OPERATION_BATCH_NORM:
      if (KERNEL_SET != 1) return batchNormUnit(step, unit);
      unreachable();
    case OPERATION_BORDER:
      return borderUnit(step, unit);
    default:
      if (KERNEL_SET > 0) return runFurther(step, unit);
      unreachable();
  }
}

/** Waits for all threads; the last one to come puts the step's counter back for the next run. */
function barrier(program: usize, step: usize, threads: i32): void {
  const generation = atomic.load<i32>(program, PROGRAM_GENERATION);
  if (atomic.add<i32>(program, 1, PROGRAM_ARRIVED) == threads - 1) {
    atomic.store<i32>(step, 0, NEXT_UNIT);
    atomic.store<i32>(program, 0, PROGRAM_ARRIVED);
    atomic.add<i32>(program, 1, PROGRAM_GENERATION);
    atomic.notify(program + PROGRAM_GENERATION);
    return;
  }
  for (let spin = 0; spin < SPINS; spin++) {
    if (atomic.load<i32>(program, PROGRAM_GENERATION) != generation) return;
  }
  while (atomic.load<i32>(program, PROGRAM_GENERATION) == generation) {
    atomic.wait<i32>(program + PROGRAM_GENERATION, generation);
  }
}
