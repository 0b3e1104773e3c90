import { formatShape, type Shape } from "@samoyed/core";
import { readIntsInput } from "../constants.ts";
import { countElements, MAX_RANK } from "../limits.ts";
import { malformed, misfit, normalizeAxis, readInt, readInts, unsupported } from "../node.ts";
import { type LowerCall, type Operator, shapeOf, type ShapeCall } from "../operator.ts";

function reshapeTo(call: ShapeCall): Shape {
  const { node, model } = call;
  const x = shapeOf(call, 0);
  const target = readIntsInput(model, node, 1)!;
  const keepsZero = readInt(node, "allowzero", 0) !== 0;
  const sizes = target.map((size, axis) => (size === 0 && !keepsZero ? (x[axis] ?? -2) : size));
  const open = sizes.indexOf(-1);
  if (sizes.some((size) => size < -1) || open !== sizes.lastIndexOf(-1)) {
    throw malformed(node, `the shape ${formatShape(target)} cannot be taken by ${formatShape(x)}`);
  }
  const total = countElements(x, "a value");
  const rest = countElements(
    sizes.filter((_, axis) => axis !== open),
    "a value",
  );
  if (open >= 0) sizes[open] = rest === 0 ? 0 : Math.floor(total / rest);
  if (countElements(sizes, "a value") !== total) {
    throw misfit(node, `${formatShape(x)} has ${total} elements; the shape ${formatShape(target)} has others`);
  }
  return sizes;
}

/** Whether axis 0 goes on as it is: its size in the target is copied, or is what is left when all others are equal. */
function reshapeKeepsImages(call: ShapeCall): boolean {
  const first = readIntsInput(call.model, call.node, 1)![0];
  return first === -1 || (first === 0 && readInt(call.node, "allowzero", 0) === 0);
}

function flattenAxis(call: ShapeCall): number {
  const rank = shapeOf(call, 0).length;
  const axis = readInt(call.node, "axis", 1);
  return axis === rank ? rank : normalizeAxis(call.node, axis, Math.max(rank, 1));
}

function flattenTo(call: ShapeCall): Shape {
  const x = shapeOf(call, 0);
  const axis = flattenAxis(call);
  return [countElements(x.slice(0, axis), "a value"), countElements(x.slice(axis), "a value")];
}

/** Axes of Squeeze and Unsqueeze. */
function readAxes({ node, model }: ShapeCall): readonly number[] | undefined {
  return readIntsInput(model, node, 1);
}

function squeezedAxes(call: ShapeCall): ReadonlySet<number> {
  const x = shapeOf(call, 0);
  const given = readAxes(call);
  if (given === undefined) return new Set([...x.keys()].filter((axis) => x[axis] === 1));
  return new Set(given.map((axis) => normalizeAxis(call.node, axis, x.length)));
}

function squeezeTo(call: ShapeCall): Shape {
  const x = shapeOf(call, 0);
  const axes = squeezedAxes(call);
  const wrong = [...axes].find((axis) => x[axis] !== 1);
  if (wrong !== undefined) throw misfit(call.node, `axis ${wrong} of ${formatShape(x)} is no 1`);
  return x.filter((_, axis) => !axes.has(axis));
}

function unsqueezeTo(call: ShapeCall): Shape {
  const x = shapeOf(call, 0);
  const given = readAxes(call);
  if (given === undefined) throw malformed(call.node, "its axes are missing");
  const rank = x.length + given.length;
  if (rank > MAX_RANK) throw unsupported(call.node, `has an output of ${rank} axes; up to ${MAX_RANK} are planned`);
  const axes = new Set(given.map((axis) => normalizeAxis(call.node, axis, rank)));
  if (axes.size !== given.length) throw malformed(call.node, `the axes ${formatShape(given)} repeat one`);
  const rest = x.values();
  return Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : rest.next().value!));
}

/** The same memory under another shape. */
function lowerReshape({ fused, shape, lowering }: LowerCall): void {
  const input = lowering.plain(lowering.place(fused.inputs[0]!));
  lowering.define(fused.output, { ...input, shape });
}

function permutation({ node, inputs }: Pick<ShapeCall, "node" | "inputs">): readonly number[] {
  const rank = inputs[0]!.length;
  if (rank > MAX_RANK) throw unsupported(node, `has an input of ${rank} axes; up to ${MAX_RANK} are planned`);
  const perm = readInts(node, "perm") ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  const axes = new Set(perm);
  if (perm.length !== rank || axes.size !== rank || perm.some((axis) => !(axis >= 0 && axis < rank))) {
    throw malformed(node, `"perm" ${formatShape(perm)} is no permutation of ${rank} axes`);
  }
  return perm;
}

function lowerTranspose({ fused, node, shape, lowering, shapeOf }: LowerCall): void {
  const input = lowering.place(fused.inputs[0]!);
  const perm = permutation({ node, inputs: [shapeOf(fused.inputs[0]!)] });
  const output = lowering.create(fused.output, shape, shape.length === 4 ? "pixels" : "plain");
  lowering.permute(input, output, perm);
  lowering.define(fused.output, output);
}

/** What moves elements and computes nothing. */
export const LAYOUT: Readonly<Record<string, Operator>> = {
  Reshape: {
    inputs: [2, 2],
    attributes: ["allowzero"],
    shape: reshapeTo,
    keepsImages: reshapeKeepsImages,
    lower: lowerReshape,
  },
  Flatten: {
    inputs: [1, 1],
    attributes: ["axis"],
    shape: flattenTo,
    keepsImages: (call) => flattenAxis(call) === 1,
    lower: lowerReshape,
  },
  Squeeze: {
    inputs: [1, 2],
    attributes: [],
    shape: squeezeTo,
    // Without axes, the one image that is planned would go as well.
    keepsImages: (call) => readAxes(call) !== undefined && !squeezedAxes(call).has(0),
    lower: lowerReshape,
  },
  Unsqueeze: {
    inputs: [2, 2],
    attributes: [],
    shape: unsqueezeTo,
    keepsImages: (call) => {
      const rank = shapeOf(call, 0).length + readAxes(call)!.length;
      return readAxes(call)!.every((axis) => normalizeAxis(call.node, axis, rank) !== 0);
    },
    lower: lowerReshape,
  },
  Transpose: {
    inputs: [1, 1],
    attributes: ["perm"],
    shape: (call) => permutation(call).map((axis) => shapeOf(call, 0)[axis]!),
    keepsImages: (call) => permutation(call)[0] === 0,
    lower: lowerTranspose,
  },
};
