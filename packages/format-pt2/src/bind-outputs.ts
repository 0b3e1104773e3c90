import { FormatError, SamoyedError, UnsupportedError } from "@samoyed/core";
import type { ValueInfo } from "@samoyed/ir";
import type { DimNames } from "./dim-names.ts";
import type { Refusals } from "./lowering/refusals.ts";
import type { Scope } from "./lowering/scope.ts";
import type { Program } from "./program/program.ts";

/** A result of the model: its name and type, and the value in the graph. */
export interface BoundOutput extends ValueInfo {
  readonly value: string;
}

/** A result's name in the graph: the user's key; a position in a tuple gets a word before it. */
export function outputNameOf(path: string | undefined): string {
  if (path === undefined || path === "") return "output";
  return /^\d/.test(path) ? `output_${path}` : path;
}

/**
 * Finds the values of the model's results. New values of buffers and inputs, which decomposed programs list first, are
 * left out: a graph has no state.
 *
 * @throws FormatError when the program gives a result that nothing defines.
 */
export function bindOutputs(
  program: Program,
  { scope, refusals, dims }: { readonly scope: Scope; readonly refusals: Refusals; readonly dims: DimNames },
): readonly BoundOutput[] {
  const { emitter } = scope;
  const results = program.outputs.filter((spec) => spec.kind === "user output");
  const paths = program.outputNames?.length === results.length ? program.outputNames : undefined;
  const single = paths === undefined && results.length === 1;
  const outputs: BoundOutput[] = [];
  for (const [index, { argument }] of results.entries()) {
    const path = paths?.[index] ?? (single ? undefined : String(index));
    try {
      emitter.origin = outputNameOf(path);
      if (argument.kind === "none") continue;
      const name = emitter.outputName(outputNameOf(path));
      if (argument.kind === "tensor") {
        const { value, dtype, sizes } = scope.cell(argument.name).read();
        outputs.push({ name, value, dtype, shape: sizes.map((size) => dims.name(size)) });
      } else {
        throw new UnsupportedError(`it is ${"of" in argument ? argument.of : `a ${argument.kind}`}, no tensor`, {
          hint: "Return tensors.",
        });
      }
    } catch (error) {
      if (error instanceof UnsupportedError) refusals.add({ name: outputNameOf(path), target: "output" }, error);
      else if (error instanceof SamoyedError)
        throw new FormatError(`${program.label}: output ${index}: ${error.message}`);
      else throw error;
    }
  }
  if (outputs.length === 0 && refusals.isEmpty)
    throw new UnsupportedError(`${program.label}: the model returns no tensor`);
  return outputs;
}
