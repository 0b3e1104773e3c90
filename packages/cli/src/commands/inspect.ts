import {
  type Contract,
  type LazyTensor,
  SamoyedError,
  bytesPerElement,
  elementCount,
  formatShape,
} from "@samoyed/core";
import { fileSource } from "@samoyed/core/node";
import { openCheckpoint, stateDict } from "@samoyed/checkpoint";
import { readOnnx } from "@samoyed/format-onnx";
import { identifyModel } from "@samoyed/models";
import { columns, formatBytes } from "../columns.ts";
import type { Command, Result } from "../command.ts";
import { siblings } from "../siblings.ts";
import { flag, one } from "../values.ts";

/** Rows of the tensor table that are printed unless --all is given. */
const TENSORS_SHOWN = 12;

interface TensorFacts {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

const facts = ({ name, dtype, shape }: LazyTensor): TensorFacts => ({ name, dtype, shape });
const bytesOf = (tensors: readonly LazyTensor[]): number =>
  tensors.reduce((sum, tensor) => sum + elementCount(tensor.shape) * bytesPerElement(tensor.dtype), 0);

function tensorTable(tensors: readonly TensorFacts[], all: boolean): string {
  const shown = all ? tensors : tensors.slice(0, TENSORS_SHOWN);
  const rest = tensors.length - shown.length;
  return `${columns(shown.map(({ name, dtype, shape }) => [`  ${name}`, dtype, formatShape(shape)]))}${rest > 0 ? `\n  … ${rest} more (--all)` : ""}`;
}

async function inspectCheckpoint(path: string, all: boolean, signal: AbortSignal): Promise<Result> {
  const checkpoint = await openCheckpoint(await fileSource(path), { resolve: siblings(path), signal });
  try {
    const { tensors, unwrapped } = stateDict(checkpoint);
    const list = [...tensors.values()];
    let architecture: { name: string; numClasses: number; candidates: readonly string[] } | undefined;
    let unrecognised: string | undefined;
    try {
      const found = identifyModel(tensors);
      architecture = {
        name: found.name,
        numClasses: found.numClasses,
        candidates: found.candidates.map((model) => model.name),
      };
    } catch (error) {
      if (!(error instanceof SamoyedError)) throw error;
      unrecognised = error.message;
    }
    const bytes = bytesOf(list);
    const rows = [
      ["container", checkpoint.container],
      ["tensors", `${list.length}, ${formatBytes(bytes)}`],
      ...(unwrapped.length > 0 ? [["unwrapped", unwrapped.join(", ")]] : []),
      architecture
        ? ["architecture", `${architecture.name}, ${architecture.numClasses} classes`]
        : ["architecture", `not recognised: ${unrecognised}`],
      ...(architecture && architecture.candidates.length > 1 ? [["fits", architecture.candidates.join(", ")]] : []),
      ...checkpoint.warnings.map((warning) => ["warning", warning]),
    ];
    return {
      json: {
        kind: "checkpoint",
        container: checkpoint.container,
        unwrapped,
        bytes,
        architecture: architecture ?? null,
        ...(unrecognised === undefined ? {} : { unrecognised }),
        warnings: checkpoint.warnings,
        tensors: list.map(facts),
      },
      text: `${columns(rows)}\n\n${tensorTable(list, all)}`,
    };
  } finally {
    await checkpoint.close();
  }
}

function contractRows(contract: Contract | undefined): string[][] {
  if (!contract) return [["contract", "none: Samoyed did not write this file"]];
  const { preprocess } = contract;
  return [
    ["model", contract.model],
    ["task", contract.task],
    [
      "preprocessing",
      `${preprocess.inputSize.join("×")}, ${preprocess.interpolation}, crop ${preprocess.cropPct} ${preprocess.cropMode}`,
    ],
    ["labels", contract.labels ? `${contract.labels.length} names` : "none"],
    ...(contract.license ? [["licence", contract.license]] : []),
    ...(contract.source ? [["source", `${contract.source.name}, sha256 ${contract.source.sha256.slice(0, 16)}…`]] : []),
    ...(contract.standIn ? [["stand-in", contract.standIn]] : []),
    ["generator", contract.generator],
  ];
}

async function inspectOnnx(path: string, all: boolean): Promise<Result> {
  const source = await fileSource(path);
  try {
    const { graph, contract } = await readOnnx(source, { resolve: siblings(path) });
    const list = [...graph.initializers.values()];
    const operators = new Map<string, number>();
    for (const node of graph.nodes) operators.set(node.op, (operators.get(node.op) ?? 0) + 1);
    const counts = [...operators].sort((a, b) => b[1] - a[1]);
    const port = (value: { name: string; dtype: string; shape: readonly (number | string)[] }): string =>
      `${value.name} ${value.dtype} ${formatShape(value.shape)}`;
    const rows = [
      ["format", `ONNX, opset ${graph.opset}`],
      ["inputs", graph.inputs.map(port).join(", ")],
      ["outputs", graph.outputs.map(port).join(", ")],
      ["operators", counts.map(([op, count]) => `${op} ${count}`).join(", ")],
      ["weights", `${list.length} tensors, ${formatBytes(bytesOf(list))}`],
      ...contractRows(contract),
    ];
    return {
      json: {
        kind: "onnx",
        opset: graph.opset,
        inputs: graph.inputs,
        outputs: graph.outputs,
        operators: Object.fromEntries(counts),
        bytes: bytesOf(list),
        contract: contract ?? null,
        tensors: list.map(facts),
      },
      text: `${columns(rows)}\n\n${tensorTable(list.map(facts), all)}`,
    };
  } finally {
    await source.close?.();
  }
}

export const inspect: Command = {
  name: "inspect",
  summary: "what a checkpoint or artifact holds",
  usage: "FILE",
  options: { all: { type: "boolean", description: `list every tensor, not the first ${TENSORS_SHOWN}` } },
  examples: ["samoyed inspect resnext.pth", "samoyed inspect models/resnext50_32x4d.onnx --json"],
  async run(args, values, { signal }) {
    const path = one(args, "FILE");
    return path.endsWith(".onnx")
      ? inspectOnnx(path, flag(values, "all"))
      : inspectCheckpoint(path, flag(values, "all"), signal);
  },
};
