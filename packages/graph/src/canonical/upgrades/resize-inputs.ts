import { lazyTensor } from "@samoyed/core";
import { readAttribute, readInt, readInts, readString, string, type Node } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import { frontAxis, knownInput, unknownInput } from "../known-shape.ts";
import type { Emit, NodeRule } from "../rule.ts";

/*
 * Upsample and the Resize of operator set 10 have one way to place pixels, and scales alone:
 *
 *   Upsample(x, scales) = Resize₁₀(x, scales) = Resize(x, , scales)     asymmetric coordinates, nearest by floor
 *
 * Since 11, Resize takes scales or sizes; what it does not use is left out here. Since 18 they may be of some axes:
 *
 *   Resize₁₈(x [N, C, H, W], sizes = [h, w], axes = [2, 3]) = Resize(x, , , [N, C, h, w])
 *   Resize₁₈(x, scales = [a, b], axes = [2, 3])             = Resize(x, , [1, 1, a, b])
 */

const OLD = { coordinate_transformation_mode: string("asymmetric"), nearest_mode: string("floor") };

/** Upsample, which Resize took the place of. */
export const upsample: NodeRule = {
  name: "upsample",
  ops: ["Upsample"],
  into: ["Resize"],
  check: checkOldMode,
  expand: resizeAsBefore,
};

/** Operator set 10's Resize. */
export const oldResize: NodeRule = {
  name: "oldResize",
  ops: ["Resize"],
  applies: (_, view) => view.opset < 11,
  check: checkOldMode,
  expand: resizeAsBefore,
};

function checkOldMode(node: Node): string | undefined {
  const mode = readString(node, "mode", "nearest");
  return mode === "nearest" || mode === "linear" ? undefined : `its mode is "${mode}"`;
}

function resizeAsBefore(node: Node, emit: Emit): void {
  const scales = readAttribute(node, "scales", "floats");
  const input = scales === undefined ? node.inputs[1]! : floatList(`${node.name}.scales`, scales, emit);
  const mode = string(readString(node, "mode", "nearest"));
  emit.result("Resize", [node.inputs[0]!, "", input], { ...OLD, mode });
}

function floatList(name: string, values: readonly number[], emit: Emit): string {
  const data = Float32Array.from(values);
  return emit.weight(lazyTensor(name, { dtype: "float32", shape: [data.length], data }));
}

/** The number of every axis, of which those named are given. */
function ofAllAxes<T>(node: Node, rank: number, given: readonly T[], others: (axis: number) => T): T[] {
  const axes = readInts(node, "axes")!.map((axis) => frontAxis(axis, rank));
  return Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? given[axes.indexOf(axis)]! : others(axis)));
}

function allSizes(node: Node, view: GraphView): readonly number[] | undefined {
  const sizes = view.integers(node.inputs[3]!);
  const { shape } = knownInput(node, view);
  const all = sizes && ofAllAxes<number | string>(node, shape.length, sizes, (axis) => shape[axis]!);
  return all?.every((size) => typeof size === "number") ? all : undefined;
}

const has = (node: Node, index: number): boolean => (node.inputs[index] ?? "") !== "";

function usesRegion(node: Node): boolean {
  return readString(node, "coordinate_transformation_mode", "half_pixel") === "tf_crop_and_resize";
}

/** Resize with the inputs that it uses, of all axes, as operator set 13 has it. */
export const resizeInputs: NodeRule = {
  name: "resizeInputs",
  ops: ["Resize"],
  applies: (node, view) =>
    view.opset > 17 || (has(node, 1) && !usesRegion(node)) || (has(node, 2) && has(node, 3)) || isOddity(node),
  check(node, view) {
    if (isOddity(node)) return `it places pixels by tf_half_pixel_for_nn, which only operator set 11 has`;
    if (readInt(node, "antialias", 0) !== 0) return "it is antialiased, which came with operator set 18";
    if (readString(node, "keep_aspect_ratio_policy", "stretch") !== "stretch") {
      return "it keeps the aspect ratio, which came with operator set 18";
    }
    if (readString(node, "coordinate_transformation_mode", "half_pixel") === "half_pixel_symmetric") {
      return "it places pixels by half_pixel_symmetric, which came with operator set 19";
    }
    if (readInts(node, "axes") === undefined) return undefined;
    if (usesRegion(node)) return "it crops some axes, which came with operator set 18";
    const unknown = unknownInput(node, view);
    if (unknown !== undefined) return unknown;
    const known = has(node, 3) ? allSizes(node, view) : view.initializer(node.inputs[2]!)?.tensor;
    return known === undefined ? "the sizes or scales of all axes are not known" : undefined;
  },
  expand(node, emit) {
    const { axes, antialias: _, keep_aspect_ratio_policy: __, ...attributes } = node.attributes;
    const { view } = emit;
    let [scales, sizes] = [has(node, 3) ? "" : node.inputs[2]!, node.inputs[3] ?? ""];
    if (axes !== undefined) {
      if (sizes !== "") sizes = emit.ints(allSizes(node, view)!);
      else {
        const given = Array.from(view.initializer(scales)!.tensor!.data, Number);
        const all = ofAllAxes(node, knownInput(node, view).shape.length, given, () => 1);
        scales = floatList(`${node.name}.scales`, all, emit);
      }
    }
    const region = usesRegion(node) ? node.inputs[1]! : "";
    emit.result("Resize", [node.inputs[0]!, region, scales, ...(sizes === "" ? [] : [sizes])], attributes);
  },
};

function isOddity(node: Node): boolean {
  return readString(node, "coordinate_transformation_mode", "half_pixel") === "tf_half_pixel_for_nn";
}
