import type { ExportedProgram } from "@samoyed/checkpoint";
import { UnsupportedError } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import { assemble, neededNodes } from "./assemble.ts";
import { bindInputs } from "./bind-inputs.ts";
import { bindOutputs } from "./bind-outputs.ts";
import { DimNames } from "./dim-names.ts";
import { Emitter } from "./lowering/emitter.ts";
import { Refusals } from "./lowering/refusals.ts";
import { Scope } from "./lowering/scope.ts";
import type { Program } from "./program/program.ts";

/** Result of `convertProgram`. */
export interface Converted {
  readonly graph: Graph;
  readonly warnings: readonly string[];
}

/**
 * Converts an exported program to a graph.
 *
 * @throws UnsupportedError that lists everything that cannot be converted; FormatError for a contradictory program.
 */
export function convertProgram(program: Program, weights: Pick<ExportedProgram, "stateDict" | "constants">): Converted {
  const emitter = new Emitter();
  const refusals = new Refusals();
  const scope = new Scope(program.graph, { emitter, refusals });
  const dims = new DimNames();
  const bound = bindInputs(program, { scope, refusals, dims, weights });
  scope.lower();
  const outputs = bindOutputs(program, { scope, refusals, dims });
  const { used } = neededNodes(emitter.nodes, outputs);
  for (const { name, target, cell } of bound.buffers) {
    // A buffer that was written and still decides the result is a state from one call to the next.
    if (cell.isWritten && used.has(target)) {
      const error = new UnsupportedError(`the model writes to "${target}" and uses what the buffer held before`, {
        hint: "A graph has no state from one call to the next: export the model without it.",
      });
      refusals.add({ name, target: "buffer" }, error);
    }
  }
  refusals.throwIfAny(program.label);
  const graph = assemble(program, { emitter, scope, outputs });
  const written = bound.inputs.filter(({ cell }) => cell.isWritten);
  return {
    graph,
    warnings: written.map(
      ({ name }) => `the model writes to its input "${name}" in place; the graph leaves it as it is`,
    ),
  };
}
