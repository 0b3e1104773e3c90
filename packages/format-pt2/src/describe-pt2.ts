import { openExported } from "@samoyed/checkpoint";
import { type ByteSource, type ReadOptions, SamoyedError } from "@samoyed/core";
import type { ModelDescription } from "@samoyed/graph";
import { convertProgram } from "./convert-program.ts";
import { describeProgram } from "./describe-program.ts";
import { readProgram } from "./program/read-program.ts";

/**
 * Describes the first model of a `.pt2` file; no weight is read. A program that cannot be converted is described, with
 * the reason.
 *
 * @throws FormatError, UnsupportedError when the file is damaged or something else.
 */
export async function describePt2(source: ByteSource, options: ReadOptions): Promise<ModelDescription> {
  const { programs, warnings } = await openExported(source, options);
  // There is at least one: an archive without a model is refused.
  const [name, exported] = [...programs][0]!;
  const program = readProgram(await exported.readGraph(options), exported.label);
  const others = programs.size - 1;
  return describeProgram(program, exported, {
    refusal: refusalOf(() => convertProgram(program, exported)),
    notes: [...warnings, ...(others > 0 ? [`this is the model "${name}"; the file holds ${others} more`] : [])],
  });
}

/** The reason why a program cannot be converted; `undefined` where it can. */
function refusalOf(convert: () => unknown): string | undefined {
  try {
    convert();
    return undefined;
  } catch (error) {
    if (error instanceof SamoyedError) return error.message;
    throw error;
  }
}
