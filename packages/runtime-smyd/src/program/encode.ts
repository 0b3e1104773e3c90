import { PROGRAM_RECORDS, PROGRAM_SCRATCH, PROGRAM_SCRATCH_STRIDE, PROGRAM_STEPS, SCRATCH_WEIGHTS } from "./fields.ts";
import { LANES } from "../file/layout.ts";
import { convRecord } from "./conv-record.ts";
import { mapRecord } from "./map-record.ts";
import type { Record } from "./record.ts";
import type { Step } from "./steps.ts";

/**
 * The words of a program, to be copied to any address that 4 divides. The kernels write into them (counters of units),
 * and check nothing: every address, table and size in `steps` must be right.
 *
 * @param scratch address of `threads · scratchBytes(steps)` bytes that 16 divides
 */
export function encodeProgram(steps: readonly Step[], { scratch }: { readonly scratch: number }): Int32Array {
  const records = steps.map((step) => encodeStep(step).words);
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
  if (step.kind === "conv" && step.storage.kind !== "float32") return step.taps.count * step.taps.depth * LANES;
  return 0;
}

function encodeStep(step: Step): Record {
  switch (step.kind) {
    case "conv":
      return convRecord(step);
    case "binary":
    case "copy":
      return mapRecord(step);
    default:
      throw new Error(`step ${step.kind} is not there yet`);
  }
}
