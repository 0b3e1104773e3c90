import { PROGRAM_RECORDS, PROGRAM_SCRATCH, PROGRAM_SCRATCH_STRIDE, PROGRAM_STEPS, SCRATCH_WEIGHTS } from "./fields.ts";
import { LANES } from "@samoyed/smyd-file";
import type { StepRecord } from "./record.ts";
import type { Step } from "../../plan/steps.ts";

/** Makes the record of a step; `tile` is the pixels of a convolution's largest tile, 1 to 6. */
export type EncodeStep = (step: Step, tile: number) => StepRecord;

/** Options of `encodeProgram`. */
export interface EncodeOptions {
  readonly encodeStep: EncodeStep;
  /** Address of `threads · scratchBytes(steps)` bytes that 16 divides. */
  readonly scratch: number;
  /** Pixels of a convolution's largest tile, 1 to 6. */
  readonly tile: number;
}

/**
 * The words of a program, to be copied to any address that 4 divides. The kernels write into them (counters of units),
 * and check nothing: every address, table and size in `steps` must be right.
 */
export function encodeProgram(steps: readonly Step[], { encodeStep, scratch, tile }: EncodeOptions): Int32Array {
  const records = steps.map((step) => encodeStep(step, tile).words);
  const head = new Int32Array(PROGRAM_RECORDS / 4 + records.length);
  head[PROGRAM_STEPS / 4] = records.length;
  head[PROGRAM_SCRATCH / 4] = scratch;
  head[PROGRAM_SCRATCH_STRIDE / 4] = scratchBytes(steps);
  const program = new Int32Array(records.reduce((sum, words) => sum + words.length, head.length));
  let at = head.length;
  for (const [index, words] of records.entries()) {
    program.set(words, at);
    head[PROGRAM_RECORDS / 4 + index] = 4 * at;
    at += words.length;
  }
  program.set(head);
  return program;
}

/** Scratch memory of one thread, in bytes, a multiple of 64: the largest weights that one step expands, and a tile. */
export function scratchBytes(steps: readonly Step[]): number {
  const largest = steps.reduce((most, step) => Math.max(most, expandedFloats(step)), 0);
  return Math.ceil((SCRATCH_WEIGHTS + 4 * largest) / 64) * 64;
}

function expandedFloats(step: Step): number {
  if (step.kind !== "conv" && step.kind !== "depthwise") return 0;
  if (step.storage.kind === "float32") return 0;
  return step.taps.count * (step.kind === "conv" ? step.taps.depth : 1) * LANES;
}
