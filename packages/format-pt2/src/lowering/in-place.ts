import { UnsupportedError } from "@samoyed/core";
import type { ProgramNode } from "../program/program.ts";
import { sameSizes } from "../program/size.ts";
import type { Call, CallScope } from "./call.ts";
import type { Cell } from "./cell.ts";
import type { Lowering, Result } from "./lowering.ts";

/** A scope whose names can be given a meaning. */
interface DefiningScope extends CallScope {
  define(name: string, cell: Cell): void;
}

/**
 * Lowers an operator that works in place (`add_`, `copy_`) as the one that does not, and gives its result to every name
 * of the memory that it writes.
 *
 * @throws UnsupportedError where the result is a view, as of `transpose_`, which changes a tensor's shape in place.
 */
export function lowerInPlace(
  scope: DefiningScope,
  { node, call, lowering }: { readonly node: ProgramNode; readonly call: Call; readonly lowering: Lowering },
): void {
  const cell = call.cell(call.has("self") ? "self" : "input");
  const [name] = call.outputNames;
  const meta = name === undefined ? cell.meta : scope.meta(name);
  if (!sameSizes(meta.sizes, cell.meta.sizes)) throw new UnsupportedError("it changes a tensor's shape in place");
  const [result]: readonly Result[] = [lowering(call)].flat();
  if (result === undefined) throw new UnsupportedError("the operator is not handled in place");
  const before = cell.read();
  const value = typeof result === "string" ? result : result.derive(before);
  if (typeof result !== "string" && value !== before.value) {
    throw new UnsupportedError("it changes a tensor's shape in place");
  }
  if (value !== before.value) cell.write(value, `"${node.name}" (${node.target})`);
  if (name !== undefined) scope.define(name, cell);
}
