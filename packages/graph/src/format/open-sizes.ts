import type { PortDescription } from "./model-description.ts";

/** The open sizes of a model's inputs: each symbol with its places, such as `x:0`, in the order of the inputs. */
export function openSizes(
  inputs: readonly Pick<PortDescription, "name" | "shape">[],
): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>();
  for (const { name, shape } of inputs) {
    for (const [axis, size] of shape.entries()) {
      if (typeof size === "number") continue;
      const known = places.get(size);
      if (known === undefined) places.set(size, [`${name}:${axis}`]);
      else known.push(`${name}:${axis}`);
    }
  }
  return places;
}
