import { InternalError } from "@samoyed/core";
import type { Node } from "@samoyed/ir";
import type { SmydWeight } from "@samoyed/smyd-file";

/** A node's attributes as a file has them: no node of the canonical form has a tensor among them. */
export function plainAttributes({ name, attributes }: Node): Node<SmydWeight>["attributes"] {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, attribute]) => {
      if (attribute.type === "tensor")
        throw new InternalError(`node "${name}" has the tensor "${key}" as an attribute`);
      return [key, attribute];
    }),
  );
}
