import type { Call } from "./call.ts";
import type { Operand } from "./operand.ts";

/** A result that shares memory with one of the arguments. */
export interface ViewResult {
  /** The argument that is viewed. */
  readonly of: string;
  /** The view's value from the viewed tensor's. */
  derive(base: Operand): string;
  /** The viewed tensor's value once the view has another. */
  restore?(base: Operand, view: Operand): string;
  /** The exporter does not tell whether memory is shared: the value is right as long as neither is written in place. */
  readonly maybe?: boolean;
}

/** One output of an operator: a value, a view of an argument, or nothing where it is not handled. */
export type Result = string | ViewResult | undefined;

/**
 * Converts one overload of an operator to nodes: one result for each output. Arguments are read from the call, which
 * throws where one is not handled.
 */
export type Lowering = (call: Call) => Result | readonly Result[];

/** Lowerings by overload, such as `conv2d.default`. */
export type Lowerings = Readonly<Record<string, Lowering>>;
