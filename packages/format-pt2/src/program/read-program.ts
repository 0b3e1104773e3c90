import { FormatError, type JsonValue, parseStrictJson, UnsupportedError } from "@samoyed/core";
import { asArray, asInteger, asObject, asString, type JsonObject } from "./fields.ts";
import { readProgramGraph } from "./graph.ts";
import type { Program } from "./program.ts";
import { readSignature } from "./signature.ts";
import { inputPaths, outputPaths } from "./tree.ts";

/** Major versions of the schema: 7 is PyTorch 2.5, 8 is 2.6 to 2.13. */
const SCHEMA_VERSIONS: ReadonlySet<number> = new Set([7, 8]);

function requireVersion(top: JsonObject, label: string): void {
  const version = asObject(top.get("schema_version"), `${label}: "schema_version"`);
  const major = asInteger(version.get("major"), `${label}: "schema_version": "major"`);
  if (!SCHEMA_VERSIONS.has(major)) {
    throw new UnsupportedError(`${label}: the schema's version is ${major}; expected 7 or 8`, {
      hint: "Export the model with PyTorch 2.5 to 2.13.",
    });
  }
}

/** The structure of the module's arguments and results. */
function readNames(
  value: JsonValue | undefined,
  where: string,
): { inputs: readonly (string | undefined)[] | undefined; outputs: readonly string[] | undefined } {
  const root = asArray(value ?? [], where)
    .map((entry) => asObject(entry, where))
    .find((entry) => entry.get("fqn") === "");
  const signature = root?.get("signature");
  if (!(signature instanceof Map)) return { inputs: undefined, outputs: undefined };
  const given = signature.get("forward_arg_names");
  const names = Array.isArray(given) ? given.map((name) => asString(name, where)) : undefined;
  return {
    inputs: inputPaths(signature.get("in_spec"), `${where}: "in_spec"`, names),
    outputs: outputPaths(signature.get("out_spec"), `${where}: "out_spec"`),
  };
}

/**
 * Reads a model's JSON, as `torch.export.save` writes it.
 *
 * @param label names the file and entry in errors.
 * @throws FormatError for what breaks the schema, UnsupportedError for a schema of another version.
 */
export function readProgram(json: Uint8Array, label: string): Program {
  const top = asObject(parseStrictJson(json, label, { constants: true }), label);
  requireVersion(top, label);
  const where = `${label}: "graph_module"`;
  const module = asObject(top.get("graph_module"), where);
  const graph = readProgramGraph(module.get("graph"), `${label}: the graph`);
  const { inputs, outputs } = readSignature(module.get("signature"), `${label}: the signature`);
  if (inputs.length !== graph.inputs.length || outputs.length !== graph.outputs.length) {
    throw new FormatError(
      `${label}: the graph has ${graph.inputs.length} inputs and ${graph.outputs.length} outputs; ` +
        `its signature describes ${inputs.length} and ${outputs.length}`,
    );
  }
  const names = readNames(module.get("module_call_graph"), `${label}: "module_call_graph"`);
  const version = top.get("torch_version");
  return {
    label,
    torchVersion: typeof version === "string" ? version : undefined,
    graph,
    inputs,
    outputs,
    inputNames: names.inputs,
    outputNames: names.outputs,
  };
}
