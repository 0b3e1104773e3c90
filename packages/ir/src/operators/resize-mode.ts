import { readFloat, readInt, readString } from "../attributes.ts";
import type { Node, TypedTensor } from "../types.ts";
import type { AxisResize } from "./resize-weights.ts";

/** The parameters of a Resize that are the same for every axis. */
export type ResizeMode = Omit<AxisResize, "from" | "to" | "scale" | "region">;

/** Reads the attributes of a Resize; one with scales only (opset 10, Upsample) has no attributes but `mode`. */
export function readResizeMode(node: Node<TypedTensor>, hasScalesOnly = false): ResizeMode {
  return {
    mode: readString(node, "mode", "nearest"),
    coordinates: readString(node, "coordinate_transformation_mode", hasScalesOnly ? "asymmetric" : "half_pixel"),
    nearest: readString(node, "nearest_mode", hasScalesOnly ? "floor" : "round_prefer_floor"),
    cubic: readFloat(node, "cubic_coeff_a", -0.75),
    excludeOutside: readInt(node, "exclude_outside", 0) !== 0,
    antialias: readInt(node, "antialias", 0) !== 0,
    extrapolation: readFloat(node, "extrapolation_value", 0),
  };
}
