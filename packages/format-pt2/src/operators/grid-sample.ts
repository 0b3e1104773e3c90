import { int, string } from "@samoyed/ir";
import type { Lowering, Lowerings } from "../lowering/lowering.ts";

/** Operator set 16's names of PyTorch's modes, which are numbers in a program. */
const MODES = ["bilinear", "nearest", "bicubic"] as const;
const PADDINGS = ["zeros", "border", "reflection"] as const;

/** Reads an image at computed positions. */
const gridSample: Lowering = (call) => {
  const [x, grid] = [call.tensor("input"), call.tensor("grid")];
  if (x.sizes.length !== 4) return call.refuse(`it samples images of ${x.sizes.length} axes, not [N, C, H, W]`);
  const mode = MODES[call.int("interpolation_mode")];
  const padding = PADDINGS[call.int("padding_mode")];
  if (mode === undefined || padding === undefined) return call.refuse("its mode is not known");
  return call.emit("GridSample", [x.value, grid.value], {
    mode: string(mode),
    padding_mode: string(padding),
    align_corners: int(Number(call.bool("align_corners"))),
  });
};

/** Images at computed positions. */
export const GRID_SAMPLE: Lowerings = {
  "grid_sampler.default": gridSample,
  "grid_sampler_2d.default": gridSample,
};
