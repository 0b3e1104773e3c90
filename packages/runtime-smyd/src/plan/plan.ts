import { type DType, quote, type Shape, UnsupportedError, UsageError } from "@samoyed/core";
import type { Step } from "./steps.ts";
import { alignUp, placeBuffers } from "./arena.ts";
import { atNode } from "./at-node.ts";
import { bordersOf } from "./borders.ts";
import { fuseNodes } from "./fuse.ts";
import { MAX_MEMORY_BYTES, MAX_STEPS, requireArena } from "./limits.ts";
import { constantIntegers } from "./constants.ts";
import { clearBorder } from "./copy-steps.ts";
import { createLowering, type Lowered, type Operation, type Readout } from "./lowering.ts";
import { MixedImagesError } from "./mixed-images.ts";
import type { PlanModel, PlanNode } from "./model.ts";
import type { FusedNode } from "./fused-node.ts";
import type { LowerCall, Operators } from "./operator.ts";
import { lowerActivation } from "./operators/elementwise.ts";
import { type Buffer, newBuffer, type Place, placeBytes } from "./places.ts";
import { resolveModel, type ResolvedModel } from "./resolve.ts";
import { computeShapes, operatorOf } from "./shapes.ts";
import type { InputSizes, Shapes } from "./sizes.ts";
import { createTables, type Tables } from "./tables.ts";

/** A value that is written before a run or read during it: plain, of 32-bit words, row-major. */
export interface PlannedValue {
  readonly name: string;
  readonly address: number;
  readonly dtype: DType;
  /** Of one image where it is batched; axis 0 then counts its parts, mostly 1. */
  readonly shape: Shape;
  readonly batched: boolean;
}

/** A program for one size of input, and everything around it. */
export interface Plan {
  readonly steps: readonly Step[];
  /** Words that go to memory once, before the first run. */
  readonly tables: { readonly address: number; readonly words: Int32Array };
  readonly arena: { readonly address: number; readonly byteLength: number };
  readonly inputs: readonly PlannedValue[];
  /** Outputs and taps in the order in which they can be read: after so many steps, and before the next one. */
  readonly outputs: readonly (PlannedValue & { readonly afterStep: number })[];
  /** The first address after the tables. */
  readonly end: number;
}

/** Options of a plan, besides the graph. */
export interface PlanOptions extends InputSizes {
  /** The operators that are planned, of which the graph's nodes are. */
  readonly operators: Operators;
  /** Intermediate values that the caller gets besides the outputs. */
  readonly taps?: readonly string[];
  /** The address of the data section. */
  readonly dataAddress: number;
  /** The first address that is free for the arena and the tables. */
  readonly address: number;
}

/**
 * Plans a graph for one size of its inputs: shapes, fused nodes, places in one arena, steps and their tables. Trusts
 * nothing in the graph but its names and the sizes of its weights, which the file's reader has checked.
 *
 * One image of a batch is planned where each is computed by itself, and else the whole batch.
 *
 * @throws UnsupportedError for what no kernel computes or memory cannot hold.
 * @throws ShapeError where shapes do not fit, FormatError where attributes mean nothing.
 * @throws UsageError for a tap that the graph does not have.
 */
export function planProgram(given: PlanModel, options: PlanOptions): Plan {
  const model = resolveModel(given);
  try {
    return planSizes(model, options);
  } catch (error) {
    if (!(error instanceof MixedImagesError) || options.batched.size === 0) throw error;
    return planSizes(model, { ...options, ...wholeBatch(options) });
  }
}

/** The sizes of a whole batch. */
function wholeBatch({ inputs, batched, images = 1 }: InputSizes): InputSizes {
  return {
    inputs: new Map(
      Array.from(inputs, ([name, shape]) => [name, batched.has(name) ? [images, ...shape.slice(1)] : shape]),
    ),
    batched: new Set(),
  };
}

function planSizes(resolved: ResolvedModel, options: PlanOptions): Plan {
  const { dataAddress, address, taps = [] } = options;
  const shapes = computeShapes(resolved, options);
  const model = { ...resolved, graph: { ...resolved.graph, nodes: resolved.graph.nodes.filter(isComputed(shapes)) } };
  const wanted = wantedValues(model, { shapes, taps });
  const lowering = createLowering({
    model,
    dataAddress,
    borders: bordersOf(model, { ...shapes, operators: options.operators }),
    wanted,
    shapes,
  });
  const inputs = [...options.inputs].map(([name, shape]) => inputPlace(name, shape));
  for (const [index, name] of [...options.inputs.keys()].entries()) lowering.define(name, inputs[index]!);
  for (const name of wanted.keys()) {
    if (model.graph.initializers.has(name) || shapes.known.has(name)) lowering.define(name, lowering.place(name));
  }
  const shapeOf = (name: string): Shape => shapes.types.get(name)!.shape;
  const nodes = fuseNodes(model, { types: shapes.types, wanted });
  const readerOf = readersOf(nodes, wanted);
  for (const fused of nodes) {
    const call: LowerCall = {
      fused,
      node: fused.node,
      shape: shapeOf(fused.output),
      lowering,
      weight: (index) => model.graph.initializers.get(fused.inputs[index] ?? ""),
      dims: (index) => {
        const name = fused.inputs[index] ?? "";
        return shapes.known.get(name) ?? constantIntegers(model, name);
      },
      readerOf,
      shapeOf,
      dtypeOf: (name) => shapes.types.get(name)!.dtype,
    };
    atNode(fused.node, () =>
      fused.kind === "activation" ? lowerActivation(call) : operatorOf(fused.node, options.operators).lower(call),
    );
  }
  const arenaBytes = alignUp(placeBuffers(buffersOf(lowering.operations, inputs), address));
  const weightBytes = address - dataAddress;
  requireArena(
    arenaBytes,
    inputs.reduce((sum, { buffer }) => sum + buffer.byteLength, weightBytes),
  );
  const tables = createTables(address + arenaBytes);
  placeConstants(lowering, tables);
  const { steps, ends } = emitSteps(lowering.operations, tables);
  const words = tables.words();
  const end = alignUp(address + arenaBytes + 4 * words.length);
  if (end > MAX_MEMORY_BYTES) {
    throw new UnsupportedError(`the network needs ${end} bytes of memory; WebAssembly has ${MAX_MEMORY_BYTES}`, {
      hint: "Give a smaller image.",
    });
  }
  return {
    steps,
    tables: { address: address + arenaBytes, words },
    arena: { address, byteLength: arenaBytes },
    inputs: [...options.inputs].map(([name, shape], index) => plannedValue(name, { ...inputs[index]!, shape }, shapes)),
    outputs: lowering.readouts.map(({ name, place, after }: Readout) => ({
      ...plannedValue(model.resolve(name), place, shapes),
      name,
      afterStep: after === 0 ? 0 : ends[after - 1]!,
    })),
    end,
  };
}

/** The values that the caller gets, and the names under which. */
function wantedValues(
  model: ResolvedModel,
  { shapes, taps }: { readonly shapes: Shapes; readonly taps: readonly string[] },
): ReadonlyMap<string, readonly string[]> {
  const wanted = new Map<string, string[]>();
  for (const name of new Set([...model.graph.outputs.map((output) => output.name), ...taps])) {
    const source = model.resolve(name);
    if (!shapes.types.has(source)) {
      throw new UsageError(`the graph has no value ${quote(name)} to tap`, {
        hint: "Names are case-sensitive; samoyed inspect shows what an artifact holds.",
      });
    }
    wanted.set(source, [...(wanted.get(source) ?? []), name]);
  }
  return wanted;
}

/** Finds the only reader of a value. */
function readersOf(nodes: readonly FusedNode[], wanted: ReadonlyMap<string, unknown>): LowerCall["readerOf"] {
  const readers = new Map<string, FusedNode | undefined>();
  for (const node of nodes) {
    for (const [index, name] of [...node.inputs, node.residual ?? "", node.bias ?? ""].entries()) {
      readers.set(name, index === 0 && !readers.has(name) && !wanted.has(name) ? node : undefined);
    }
  }
  return (name) => readers.get(name);
}

/** The caller writes it before the first operation. */
function inputPlace(name: string, shape: Shape): Place {
  const place = { shape, layout: "plain", border: 0 } as const;
  return {
    ...place,
    buffer: { ...newBuffer(placeBytes(place, `the input ${quote(name)}`)), first: 0, last: 0 },
  };
}

/** Every buffer that needs a place. */
function buffersOf(operations: readonly Operation[], inputs: readonly Place[]): Buffer[] {
  const places = [...inputs, ...operations.flatMap(({ reads, writes }) => [...reads, writes])];
  return [...new Set(places.map(({ buffer }) => buffer.whole ?? buffer))].filter(({ fixed }) => !fixed);
}

function emitSteps(
  operations: readonly Operation[],
  tables: Tables,
): { readonly steps: readonly Step[]; readonly ends: readonly number[] } {
  const steps: Step[] = [];
  const ends: number[] = [];
  for (const operation of operations) {
    for (const step of [...clearBorder(operation.writes), ...operation.emit(tables)]) steps.push(step);
    if (steps.length > MAX_STEPS) {
      throw new UnsupportedError(`the network takes over ${MAX_STEPS} steps`, { hint: "Give it a smaller batch." });
    }
    ends.push(steps.length);
  }
  return { steps, ends };
}

function plannedValue(name: string, { buffer, shape }: Place, { types, batched }: Shapes): PlannedValue {
  const { dtype } = types.get(name)!;
  return { name, dtype, address: buffer.address, shape, batched: batched.has(name) };
}

/** Whether a node computes something at run time: what follows from sizes alone is known before. */
function isComputed({ known }: Shapes): (node: PlanNode) => boolean {
  return ({ outputs }) => !outputs.every((name) => name === "" || known.has(name));
}

/** Puts constants that are no weights into tables. */
function placeConstants({ operations, readouts }: Lowered, tables: Tables): void {
  const places = [...operations.flatMap(({ reads }) => reads), ...readouts.map(({ place }) => place)];
  for (const place of places) {
    const buffer = place.buffer.whole ?? place.buffer;
    if (buffer.table === undefined) continue;
    buffer.address = tables.add(buffer.table.key, buffer.byteLength / 4, buffer.table.words);
  }
}
