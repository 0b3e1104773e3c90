import { type LazyTensor, type ReadOptions, readTensor, type Tensor, throwIfAborted } from "@samoyed/core";
import type { Node } from "@samoyed/ir";
import { computeNode, readTensorAttributes } from "../interpret.ts";

/** A node and its constant operands: what a computed weight is made of. */
export interface Recipe {
  readonly node: Node;
  readonly opset: number;
  /** `undefined` for an omitted input. */
  readonly operands: readonly (LazyTensor | undefined)[];
}

/** One output of a recipe. */
export interface Product {
  readonly recipe: Recipe;
  readonly output: number;
  /** About how many steps computing it takes. */
  readonly steps: number;
}

const products = new WeakMap<LazyTensor, Product>();

/** Remembers what a computed weight is made of, so that a weight made of it is computed together with it. */
export function rememberProduct(weight: LazyTensor, product: Product): LazyTensor {
  products.set(weight, product);
  return weight;
}

/** What a weight is computed from; `undefined` for one that is read. */
export function productOf(weight: LazyTensor): Product | undefined {
  return products.get(weight);
}

/** The recipes that one needs, itself last, each after those of its operands. No recursion: chains may be long. */
function inOrder(root: Recipe): readonly Recipe[] {
  const done = new Set<Recipe>();
  const open: Recipe[] = [root];
  while (open.length > 0) {
    const recipe = open.at(-1)!;
    const before = recipe.operands.flatMap((operand) => {
      const product = operand && products.get(operand);
      return product === undefined || done.has(product.recipe) ? [] : [product.recipe];
    });
    if (before.length === 0) {
      done.add(recipe);
      open.pop();
    } else {
      open.push(...before);
    }
  }
  return [...done];
}

/** A key for a value: recipes are shared by their outputs, weights that are read are themselves. */
function valueKey(weight: LazyTensor): Recipe | LazyTensor {
  return products.get(weight)?.recipe ?? weight;
}

/**
 * Computes one output of a recipe, and every recipe below it once. Weights are read, and all values freed, as late and as
 * early as can be.
 *
 * @throws as reading a weight and `computeNode` do.
 */
export async function computeProduct({ recipe: root, output }: Product, options: ReadOptions): Promise<Tensor> {
  const order = inOrder(root);
  const uses = new Map<Recipe | LazyTensor, number>();
  for (const { operands } of order) {
    for (const operand of operands) {
      if (operand !== undefined) uses.set(valueKey(operand), (uses.get(valueKey(operand)) ?? 0) + 1);
    }
  }
  const values = new Map<Recipe | LazyTensor, readonly Tensor[]>();
  const fetch = async (operand: LazyTensor): Promise<Tensor> => {
    const key = valueKey(operand);
    const present = values.get(key) ?? [await readTensor(operand, options)];
    const left = uses.get(key)! - 1;
    uses.set(key, left);
    if (left === 0) values.delete(key);
    else values.set(key, present);
    return present[products.get(operand)?.output ?? 0]!;
  };
  for (const recipe of order) {
    const { node, opset, operands } = recipe;
    throwIfAborted(options.signal);
    const inputs: (Tensor | undefined)[] = [];
    for (const operand of operands) inputs.push(operand && (await fetch(operand)));
    const tensors = await readTensorAttributes(node);
    values.set(recipe, computeNode(node, { opset, inputs, tensors }));
  }
  return values.get(root)![output]!;
}
