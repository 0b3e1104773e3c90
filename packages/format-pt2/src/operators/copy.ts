import type { Lowering, Lowerings } from "../lowering/lowering.ts";
import { sameSizes } from "../program/size.ts";

/** The source in the type and shape of what it is copied to. */
const copy: Lowering = (call) => {
  const { dtype, sizes } = call.output();
  const source = call.tensor("src");
  const value = call.emitter.cast(source, dtype);
  return sameSizes(source.sizes, sizes)
    ? call.emit("Identity", [value])
    : call.emit("Expand", [value, call.emitter.sizes(sizes)]);
};

/** Copying into a tensor. */
export const COPY: Lowerings = {
  "copy.default": copy,
};
