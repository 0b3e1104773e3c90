import { parseEquation, type Dim, type Node } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";

/** The product of two operands: which labels play which part. */
export interface Product {
  /** Labels of one operand alone that nothing needs later: summed first, on each side. */
  readonly summed: readonly [readonly string[], readonly string[]];
  /** Labels of both operands that stay. */
  readonly batch: readonly string[];
  /** Labels of both operands that are summed. */
  readonly contracted: readonly string[];
  readonly left: readonly string[];
  readonly right: readonly string[];
}

/** Plan of an Einsum: operand by operand, from left to right. */
export interface EinsumPlan {
  readonly operands: readonly (readonly string[])[];
  /** One for each operand but the first. */
  readonly products: readonly Product[];
  readonly result: readonly string[];
  readonly sizes: ReadonlyMap<string, Dim>;
}

/** Plans an Einsum, or says in words why it must stay. */
export function planEinsum(node: Node, view: GraphView): EinsumPlan | string {
  const shapes = node.inputs.map((name) => view.type(name)?.shape);
  if (!shapes.every((shape) => shape !== undefined)) return "the shape of an operand is not known";
  const { operands, result } = parseEquation(
    { node },
    shapes.map((shape) => shape.length),
  );
  if (operands.some((labels) => new Set(labels).size < labels.length)) return "it takes a diagonal";
  const sizes = new Map<string, Dim>();
  const stretched = new Set<string>();
  for (const [index, labels] of operands.entries()) {
    for (const [axis, label] of labels.entries()) {
      const size = shapes[index]![axis]!;
      const known = sizes.get(label);
      if (known !== undefined && known !== size) stretched.add(label);
      if (known === undefined || known === 1) sizes.set(label, size);
    }
  }
  const products: Product[] = [];
  let labels = operands[0]!;
  for (const [index, next] of operands.slice(1).entries()) {
    const needed = new Set([...operands.slice(index + 2).flat(), ...result]);
    const product = planProduct(labels, next, needed);
    const reason = declineProduct(product, sizes, stretched);
    if (reason !== undefined) return reason;
    products.push(product);
    labels = [...product.batch, ...product.left, ...product.right];
  }
  return { operands, products, result, sizes };
}

function planProduct(a: readonly string[], b: readonly string[], needed: ReadonlySet<string>): Product {
  const both = a.filter((label) => b.includes(label));
  const [onlyA, onlyB] = [a.filter((label) => !b.includes(label)), b.filter((label) => !a.includes(label))];
  return {
    summed: [onlyA.filter((label) => !needed.has(label)), onlyB.filter((label) => !needed.has(label))],
    batch: both.filter((label) => needed.has(label)),
    contracted: both.filter((label) => !needed.has(label)),
    left: onlyA.filter((label) => needed.has(label)),
    right: onlyB.filter((label) => needed.has(label)),
  };
}

/** The second input of each Reshape of a matrix product, which has one axis of each kind; absent where none is needed. */
export interface ProductShapes {
  readonly first?: readonly number[];
  readonly second?: readonly number[];
  readonly result?: readonly number[];
}

/** Plans the Reshapes of a product; `undefined` if one of them needs two sizes that are not known. */
export function productShapes(product: Product, sizes: EinsumPlan["sizes"]): ProductShapes | undefined {
  const { batch, contracted, left, right } = product;
  const each = single(batch);
  const shapes: Record<string, readonly number[]> = {};
  const plan = (
    name: keyof ProductShapes,
    from: readonly (readonly string[])[],
    to: readonly (readonly string[])[],
  ): boolean => {
    if (from.join("|") === to.join("|")) return true;
    const sizesTo = to.map((labels, axis) => {
      // The operands may differ in these: one is broadcast.
      if (axis < batch.length) return 0;
      const known = labels.map((label) => sizes.get(label)!);
      if (known.every((size) => typeof size === "number")) return known.reduce((product, size) => product * size, 1);
      return labels.join() === from[axis]?.join() ? 0 : -1;
    });
    shapes[name] = sizesTo;
    return sizesTo.indexOf(-1) === sizesTo.lastIndexOf(-1);
  };
  const planned =
    plan("first", single([...batch, ...left, ...contracted]), [...each, left, contracted]) &&
    plan("second", single([...batch, ...contracted, ...right]), [...each, contracted, right]) &&
    plan("result", [...each, left, right], single([...batch, ...left, ...right]));
  return planned ? shapes : undefined;
}

/** Each label as an axis of its own. */
function single(labels: readonly string[]): readonly (readonly string[])[] {
  return labels.map((label) => [label]);
}

/** A matrix product has one axis of each kind: several become one, for which their sizes must be known, but for one. */
function declineProduct(
  product: Product,
  sizes: ReadonlyMap<string, Dim>,
  stretched: ReadonlySet<string>,
): string | undefined {
  const { summed, contracted, left, right } = product;
  const broadcast = [...summed.flat(), ...contracted, ...left, ...right].find((label) => stretched.has(label));
  if (broadcast !== undefined) return `operands differ in the size of "${broadcast}"`;
  if (contracted.length === 0 || productShapes(product, sizes) !== undefined) return undefined;
  const open = [...contracted, ...left, ...right].find((label) => typeof sizes.get(label) !== "number");
  return `the size of "${open}" is not known`;
}
