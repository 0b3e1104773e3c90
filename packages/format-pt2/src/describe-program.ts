import type { ExportedProgram } from "@samoyed/checkpoint";
import { bytesPerElement, elementCount, type LazyTensor } from "@samoyed/core";
import { describeTensors, type ModelDescription, type PortDescription } from "@samoyed/graph";
import type { Dim } from "@samoyed/ir";
import { outputNameOf } from "./bind-outputs.ts";
import { DimNames } from "./dim-names.ts";
import { outputNames } from "./lowering/call.ts";
import type { Argument, Program } from "./program/program.ts";
import type { Size } from "./program/size.ts";

/** Tensors among inputs or outputs; others, which the graph has no place for, are left out. */
function ports(
  program: Program,
  specs: readonly { readonly argument: Argument }[],
  parts: {
    readonly names: readonly (string | undefined)[] | undefined;
    readonly dim: (size: Size, axis: number, rank: number) => Dim;
  },
): readonly PortDescription[] {
  const names = parts.names?.length === specs.length ? parts.names : undefined;
  return specs.flatMap(({ argument }, index): readonly PortDescription[] => {
    if (argument.kind !== "tensor") return [];
    const { dtype, sizes } = program.graph.tensor(argument.name);
    const shape = sizes.map((size, axis) => parts.dim(size, axis, sizes.length));
    return [{ name: names?.[index] ?? argument.name, dtype, shape }];
  });
}

function byteLength({ dtype, shape }: LazyTensor): number {
  return elementCount(shape) * bytesPerElement(dtype);
}

/** Describes a program's model: PyTorch's operators, before any is converted. */
export function describeProgram(
  program: Program,
  weights: Pick<ExportedProgram, "stateDict" | "constants">,
  options: { readonly refusal: string | undefined; readonly notes: readonly string[] },
): ModelDescription {
  const { graph, torchVersion } = program;
  const nodes = graph.nodes.map(({ target, outputs, name }) => ({
    op: target.replace(/^aten\./, "").replace(/\.default$/, ""),
    outputs: outputNames({ name, target, outputs, inputs: new Map() }).flatMap((output) => output ?? []),
  }));
  const dims = new DimNames();
  const inputs = ports(
    program,
    program.inputs.filter((spec) => spec.kind === "user input"),
    { names: program.inputNames, dim: (size, axis, rank) => dims.forInput(size, axis, rank) },
  );
  const outputs = ports(
    program,
    program.outputs.filter((spec) => spec.kind === "user output"),
    { names: program.outputNames?.map(outputNameOf) ?? [outputNameOf(undefined)], dim: (size) => dims.name(size) },
  );
  const tensors = new Map([...weights.stateDict, ...weights.constants]);
  return {
    format: `torch.export, PyTorch ${torchVersion?.split("+")[0] ?? "of a version before 2.7"}`,
    inputs,
    outputs,
    nodes,
    tensors: describeTensors([...tensors].map(([name, tensor]) => ({ ...tensor, name }))),
    bytes: [...tensors.values()].reduce((sum, tensor) => sum + byteLength(tensor), 0),
    contract: undefined,
    values: nodes.flatMap(({ op, outputs }) => outputs.map((name) => ({ name, op }))),
    notes: [...options.notes, ...(options.refusal === undefined ? [] : [options.refusal])],
    facts: { torchVersion: torchVersion ?? null, convertible: options.refusal === undefined },
  };
}
