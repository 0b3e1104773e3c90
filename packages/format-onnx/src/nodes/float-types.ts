import type { DType } from "@samoyed/core";
import { type Node, readAttribute } from "@samoyed/ir";
import { dtypeOf } from "../data-type.ts";

const FLOATS: ReadonlySet<DType> = new Set<DType>(["float16", "bfloat16", "float32", "float64"]);

/** The floating-point types of values, as far as they follow from the types of weights and inputs. */
export class FloatTypes {
  readonly #types = new Map<string, DType>();

  /** Notes the type of an input or weight. */
  declare({ name, dtype }: { readonly name: string; readonly dtype: DType }): void {
    if (FLOATS.has(dtype)) this.#types.set(name, dtype);
  }

  /** Notes the outputs of the next node: except for casts and constants they have the type of its operands. */
  follow(node: Node): void {
    const dtype = resultType(node) ?? this.of(node.inputs);
    if (dtype !== undefined) for (const name of node.outputs) this.declare({ name, dtype });
  }

  /** The type of the first of some values whose type is known. */
  of(names: readonly string[]): DType | undefined {
    return names.map((name) => this.#types.get(name)).find((dtype) => dtype !== undefined);
  }
}

function resultType(node: Node): DType | undefined {
  if (node.op === "Cast") return dtypeOf(readAttribute(node, "to", "int") ?? 0);
  return node.op === "Constant" ? readAttribute(node, "value", "tensor")?.dtype : undefined;
}
