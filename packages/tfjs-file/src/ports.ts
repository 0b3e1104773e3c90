import { type Contract, FormatError, UnsupportedError } from "@samoyed/core";
import { type GraphNode, producerOf } from "./graph-def.ts";
import type { WeightDType } from "./weight-entry.ts";

interface Port {
  readonly name: string;
  readonly dtype: WeightDType;
  /** Unknown sizes have a name. */
  readonly shape: readonly (number | string)[];
}

/** A port of a model: as callers see it, and the node of its tensor. */
export interface ModelPort extends Port {
  /** The node's output in TensorFlow's notation: `input:0`. */
  readonly ref: string;
  /** Whether the model has the channels last, where the caller has them second. */
  readonly channelsLast: boolean;
}

const DTYPES: ReadonlyMap<unknown, WeightDType> = new Map([
  ["DT_FLOAT", "float32"],
  ["DT_INT32", "int32"],
  ["DT_BOOL", "bool"],
]);

/**
 * Reads a model's signature; images are NCHW for the caller, whatever the model takes.
 *
 * @throws UnsupportedError when there is no signature, or a dtype that image networks do not have.
 * @throws FormatError when it names a node that the graph does not have, or when the order of its ports is not one.
 */
export function parsePorts(
  signature: unknown,
  {
    label,
    nodes,
    contract,
    layout,
    order,
  }: {
    readonly label: string;
    readonly nodes: readonly GraphNode[];
    readonly contract: Contract | undefined;
    /** Key of the image layout in the file: `nchw` or `nhwc`. */
    readonly layout: unknown;
    /** Names of inputs and outputs in their order; absent where the signature has it. */
    readonly order: unknown;
  },
): { readonly inputs: readonly ModelPort[]; readonly outputs: readonly ModelPort[] } {
  const { inputs, outputs } = (signature ?? {}) as Record<string, unknown>;
  const names = new Set(nodes.map(({ name }) => name));
  const { inputs: first, outputs: last } = (order ?? {}) as Record<string, unknown>;
  const raw = {
    inputs: inOrder(readPorts(inputs, { label, names }), { order: first, label }),
    outputs: inOrder(readPorts(outputs, { label, names }), { order: last, label }),
  };
  if (raw.inputs.length === 0 || raw.outputs.length === 0) {
    throw new UnsupportedError(`${label}: its signature names no inputs or no outputs`, {
      hint: "Convert it with a tool that writes a signature, such as samoyed convert.",
    });
  }
  const channelsLast =
    layout === undefined ? raw.inputs.some((port) => hasChannelsLast(port, contract)) : layout === "nhwc";
  const turn = (port: Omit<ModelPort, "channelsLast">): ModelPort =>
    channelsLast && port.shape.length === 4
      ? { ...port, shape: [0, 3, 1, 2].map((axis) => port.shape[axis]!), channelsLast: true }
      : { ...port, channelsLast: false };
  return { inputs: raw.inputs.map(turn), outputs: raw.outputs.map(turn) };
}

/** Ports in the order of a list of their names. */
function inOrder<T extends Port>(
  ports: T[],
  { order, label }: { readonly order: unknown; readonly label: string },
): T[] {
  if (order === undefined) return ports;
  const found = Array.isArray(order) ? order.map((name) => ports.find((port) => port.name === name)) : [];
  const whole = found.filter((port) => port !== undefined);
  if (new Set(whole).size !== ports.length || found.length !== ports.length) {
    throw new FormatError(`${label}: samoyedOrder is ${JSON.stringify(order)}; expected the names of the signature`);
  }
  return whole;
}

/** Whether an image input is NHWC: by the contract's size, or by three channels if there is no contract. */
function hasChannelsLast({ name, shape }: Port, contract: Contract | undefined): boolean {
  if (shape.length !== 4 || (contract !== undefined && name !== contract.input)) return false;
  const channels = contract?.preprocess.inputSize[0] ?? 3;
  return shape[3] === channels && shape[1] !== channels;
}

function readPorts(
  value: unknown,
  { label, names }: { readonly label: string; readonly names: ReadonlySet<string> },
): Omit<ModelPort, "channelsLast">[] {
  if (value === undefined || value === null || typeof value !== "object") return [];
  return Object.entries(value as Record<string, unknown>).map(([key, item]) => {
    const { name: ref, dtype, tensorShape } = (item ?? {}) as Record<string, unknown>;
    const where = `${label}: the signature's ${JSON.stringify(key)}`;
    if (typeof ref !== "string" || !names.has(producerOf(ref)) || key in {}) {
      throw new FormatError(`${where} is the node ${JSON.stringify(ref)}, which the graph does not have`);
    }
    const known = DTYPES.get(dtype);
    if (known === undefined) {
      throw new UnsupportedError(`${where} is ${JSON.stringify(dtype)}; expected ${[...DTYPES.keys()].join(", ")}`);
    }
    const dims = (tensorShape as { dim?: unknown } | undefined)?.dim ?? [];
    if (!Array.isArray(dims)) throw new FormatError(`${where} has no shape`);
    const shape = dims.map((dim: { size?: unknown } | undefined, axis) => {
      const size = Number(dim?.size ?? 0);
      if (!Number.isSafeInteger(size) || size < -1)
        throw new FormatError(`${where} has the size ${JSON.stringify(dim?.size)}`);
      return size === -1 ? (axis === 0 ? "N" : "?") : size;
    });
    return { name: key, ref, dtype: known, shape };
  });
}
