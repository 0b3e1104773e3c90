import { FormatError, type JsonValue, quote } from "@samoyed/core";
import { type ArgumentScope, readArgument } from "./argument.ts";
import { asArray, asObject, asString, asUnion } from "./fields.ts";
import type { Argument, InputSpec, OutputSpec } from "./program.ts";

/** Sizes and graphs do not occur in signatures by name. */
const SCOPE: ArgumentScope = {
  size: () => 0,
  graph: (_, where) => {
    throw new FormatError(`${where}: a signature holds a graph`);
  },
};

function argumentName(value: JsonValue | undefined, where: string): string {
  return asString(asObject(value, where).get("name"), `${where}: "name"`);
}

function readInput(value: JsonValue, where: string): InputSpec {
  const [kind, inner] = asUnion(value, where);
  const spec = asObject(inner, where);
  const named = (key: string): { name: string; target: string } => ({
    name: argumentName(spec.get("arg"), `${where}: "arg"`),
    target: asString(spec.get(key), `${where}: "${key}"`),
  });
  switch (kind) {
    case "parameter":
      return { kind: "parameter", ...named("parameter_name") };
    case "buffer":
      return { kind: "buffer", ...named("buffer_name") };
    case "tensor_constant":
      return { kind: "constant", ...named("tensor_constant_name") };
    case "user_input":
      return { kind: "user input", argument: readArgument(spec.get("arg"), `${where}: "arg"`, SCOPE) };
    case "constant_input":
      // A number, a string or None that was fixed at export.
      return { kind: "user input", argument: { kind: "none" } };
    default:
      return { kind: "refused", what: kind };
  }
}

/** Outputs that are new values of buffers, parameters or inputs, in graphs that write in place no more. */
const MUTATIONS: ReadonlyMap<string, string> = new Map([
  ["buffer_mutation", "buffer_name"],
  ["parameter_mutation", "parameter_name"],
  ["user_input_mutation", "user_input_name"],
]);

function readOutput(value: JsonValue, where: string): OutputSpec {
  const [kind, inner] = asUnion(value, where);
  const spec = asObject(inner, where);
  const mutated = MUTATIONS.get(kind);
  if (mutated !== undefined) return { kind: "mutation", of: asString(spec.get(mutated), `${where}: "${mutated}"`) };
  if (kind !== "user_output" && kind !== "loss_output") {
    return { kind: "user output", argument: { kind: "ignored", of: `an output of the kind ${quote(kind)}` } };
  }
  const argument: Argument = readArgument(spec.get("arg"), `${where}: "arg"`, SCOPE);
  return { kind: "user output", argument };
}

/**
 * Reads what the graph's inputs and outputs are.
 *
 * @throws FormatError when the signature breaks the schema.
 */
export function readSignature(
  value: JsonValue | undefined,
  where: string,
): { inputs: readonly InputSpec[]; outputs: readonly OutputSpec[] } {
  const signature = asObject(value, where);
  return {
    inputs: asArray(signature.get("input_specs"), `${where}: "input_specs"`).map((spec, index) =>
      readInput(spec, `${where}: input ${index}`),
    ),
    outputs: asArray(signature.get("output_specs"), `${where}: "output_specs"`).map((spec, index) =>
      readOutput(spec, `${where}: output ${index}`),
    ),
  };
}
