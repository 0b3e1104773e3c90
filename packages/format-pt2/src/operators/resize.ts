import { float, string } from "@samoyed/ir";
import type { Call } from "../lowering/call.ts";
import type { Attributes } from "../lowering/emitter.ts";
import type { Lowering, Lowerings } from "../lowering/lowering.ts";
import { areKnown, type Size } from "../program/size.ts";
import { applyAxes } from "./axis-matrix.ts";
import { antialiasMatrix } from "./antialias.ts";

/** The factor of each axis that was given: a list, one number an axis, or none. */
function scalesOf(call: Call, count: number): readonly (number | undefined)[] {
  if (call.has("scale_factors")) return call.optionalFloats("scale_factors") ?? [];
  const names = [["scales_d"], ["scales_h"], ["scales_w", "scales"]].slice(-count);
  return names.map((options) => {
    const name = options.find((option) => call.has(option));
    return name === undefined ? undefined : call.optionalNumber(name);
  });
}

/** Resizes the last axes: by the factors where they are given, else to the sizes. */
function resize(call: Call, attributes: Attributes): string {
  const x = call.tensor(call.has("input") ? "input" : "self");
  const { sizes } = call.output();
  const count = x.sizes.length - 2;
  const scales = scalesOf(call, count);
  if (scales.length === count && scales.every((scale) => scale !== undefined)) {
    const factors = call.emitter.numbers("float32", [count + 2], [1, 1, ...scales]);
    return call.emit("Resize", [x.value, "", factors], attributes);
  }
  return call.emit("Resize", [x.value, "", "", call.emitter.sizes(sizes)], attributes);
}

/** PyTorch's nearest is ⌊dst · in / out⌋. */
const nearest: Lowering = (call) =>
  resize(call, {
    mode: string("nearest"),
    coordinate_transformation_mode: string("asymmetric"),
    nearest_mode: string("floor"),
  });

const nearestExact: Lowering = (call) =>
  resize(call, {
    mode: string("nearest"),
    coordinate_transformation_mode: string("half_pixel"),
    nearest_mode: string("round_prefer_ceil"),
  });

function interpolate(mode: "linear" | "cubic"): Lowering {
  return (call) =>
    resize(call, {
      mode: string(mode),
      coordinate_transformation_mode: string(call.bool("align_corners") ? "align_corners" : "half_pixel"),
      ...(mode === "cubic" && { cubic_coeff_a: float(-0.75) }),
    });
}

/** Antialiased resizing is a linear map of each axis, which opset 17 has no operator for. */
function antialias(mode: "linear" | "cubic"): Lowering {
  return (call) => {
    const x = call.tensor(call.has("input") ? "input" : "self");
    const [from, to]: readonly (readonly Size[])[] = [x.sizes.slice(2), call.output().sizes.slice(2)];
    if (!areKnown(from!) || !areKnown(to!)) return call.refuse("it resizes with antialiasing from or to an open size");
    const scales = scalesOf(call, from.length);
    const aligned = call.bool("align_corners");
    const matrices = from.map((size, axis) =>
      antialiasMatrix({ size, count: to[axis]!, scale: scales[axis], aligned, mode }),
    );
    return applyAxes(call.emitter, x, matrices);
  };
}

/** Resizing of images. */
export const RESIZE: Lowerings = {
  "upsample_nearest1d.vec": nearest,
  "upsample_nearest1d.default": nearest,
  "upsample_nearest2d.vec": nearest,
  "upsample_nearest2d.default": nearest,
  "upsample_nearest3d.vec": nearest,
  "upsample_nearest3d.default": nearest,
  "_upsample_nearest_exact1d.vec": nearestExact,
  "_upsample_nearest_exact1d.default": nearestExact,
  "_upsample_nearest_exact2d.vec": nearestExact,
  "_upsample_nearest_exact2d.default": nearestExact,
  "upsample_linear1d.vec": interpolate("linear"),
  "upsample_linear1d.default": interpolate("linear"),
  "upsample_bilinear2d.vec": interpolate("linear"),
  "upsample_bilinear2d.default": interpolate("linear"),
  "upsample_trilinear3d.vec": interpolate("linear"),
  "upsample_trilinear3d.default": interpolate("linear"),
  "upsample_bicubic2d.vec": interpolate("cubic"),
  "upsample_bicubic2d.default": interpolate("cubic"),
  "_upsample_bilinear2d_aa.vec": antialias("linear"),
  "_upsample_bilinear2d_aa.default": antialias("linear"),
  "_upsample_bicubic2d_aa.vec": antialias("cubic"),
  "_upsample_bicubic2d_aa.default": antialias("cubic"),
};
