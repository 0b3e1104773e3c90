import { elementCount, lazyTensor, type Tensor } from "@samoyed/core";
import { type Dim, int, isKnown, MAX_RANK, type Node, numbers, SYMBOLIC_SIZES } from "@samoyed/ir";
import { tensorOf } from "../../interpreter/elements.ts";
import { broadcastOffsets } from "../../interpreter/positions.ts";
import type { GraphView } from "../../rewrites/graph-view.ts";
import type { NodeRule } from "../rule.ts";

/*
 * PyTorch's default exporter writes a view by strides (as_strided) as a Gather from the flat tensor. Its places are a
 * sum with one term for each axis; that of an open batch is a Range, by an image's elements S. Within an image the
 * places are constant:
 *
 *   Gather(x [N·S], Range(0, N, 1) · S + c) = Gather(Reshape(x, [N, S]), c, axis 1)     where 0 ≤ c < S
 *                                           = Reshape(x, [N, …])                        where c = 0, 1, …, S − 1
 */

/** Most places within an image that are computed here. */
const MAX_PLACES = 2 ** 20;

/** The places of images: how many there are, and the step from one to the next. */
interface Images {
  readonly count: Dim;
  readonly step: number;
}

/** A sum of places. */
interface Terms {
  readonly images: Images;
  readonly constants: readonly Tensor[];
}

/** The elements of a constant in memory. */
function valuesOf(name: string, view: GraphView): ArrayLike<number> | undefined {
  const tensor = view.initializer(name)?.tensor;
  return tensor && numbers(tensor);
}

function isNumber(name: string, expected: number, view: GraphView): boolean {
  const values = valuesOf(name, view);
  return values?.length === 1 && values[0] === expected;
}

/** `Range(0, N, 1)` times a constant, with axes of size 1 behind it: the count N, and the constant. */
function imagesOf(name: string, view: GraphView): Images | undefined {
  const behind = view.type(name)?.shape.slice(1);
  let made = view.producer(name);
  if (made?.op === "Unsqueeze" && behind?.every((size) => size === 1)) made = view.producer(made.inputs[0]!);
  let step = 1;
  if (made?.op === "Mul") {
    const at = made.inputs.findIndex((input) => view.initializer(input) !== undefined);
    const values = at < 0 ? undefined : valuesOf(made.inputs[at]!, view);
    if (values?.length !== 1) return undefined;
    step = values[0]!;
    made = view.producer(made.inputs[1 - at]!);
  }
  if (made?.op !== "Range") return undefined;
  const [start, , delta] = made.inputs as [string, string, string];
  if (!isNumber(start, 0, view) || !isNumber(delta, 1, view)) return undefined;
  const [count] = view.type(made.outputs[0]!)!.shape;
  return { count: count!, step };
}

/** The terms of a sum; `undefined` where there are others, or more than a view by strides has. */
function termsOf(index: string, view: GraphView): Terms | undefined {
  const constants: Tensor[] = [];
  let images: Images | undefined;
  const open = [index];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const constant = view.initializer(name);
    const made = view.producer(name);
    if (constant !== undefined) {
      if (constant.tensor === undefined || constants.length === MAX_RANK) return undefined;
      constants.push(constant.tensor);
    } else if (made?.op === "Add" && open.length < MAX_RANK) {
      open.push(...made.inputs);
    } else {
      const found = imagesOf(name, view);
      if (found === undefined || images !== undefined) return undefined;
      images = found;
    }
  }
  return images && { images, constants };
}

/** A view of each image by itself. */
interface StridedImages {
  readonly size: number;
  /** The sizes of a result's image. */
  readonly shape: readonly number[];
  readonly places: Float64Array;
}

function readStridedImages(node: Node, view: GraphView): StridedImages | undefined {
  const [x, index] = node.inputs as [string, string];
  const [flat, indices] = [view.type(x)?.shape, view.type(index)?.shape];
  if (flat?.length !== 1 || indices === undefined || isKnown(flat)) return undefined;
  const terms = termsOf(index, view);
  if (terms === undefined) return undefined;
  const { count, step: size } = terms.images;
  const [images, ...shape] = indices;
  if (images !== count || SYMBOLIC_SIZES.multiply([count, size]) !== flat[0]) return undefined;
  if (!isKnown(shape) || elementCount(shape) > MAX_PLACES) return undefined;
  // A constant must be the same for every image.
  if (terms.constants.some((term) => term.shape.length === indices.length && term.shape[0] !== 1)) return undefined;
  const places = new Float64Array(elementCount(shape));
  for (const term of terms.constants) {
    const values = numbers(term);
    const from = term.shape.slice(term.shape.length === indices.length ? 1 : 0);
    for (const [at, source] of broadcastOffsets(from, shape).entries()) places[at]! += values[source]!;
  }
  return places.every((place) => place >= 0 && place < size) ? { size, shape, places } : undefined;
}

/** Writes a view of a flat batch by strides as a view of each image. */
export const stridedImages: NodeRule = {
  name: "stridedImages",
  ops: ["Gather"],
  applies: (node, view) => readStridedImages(node, view) !== undefined,
  expand(node, emit) {
    const { size, shape, places } = readStridedImages(node, emit.view)!;
    const [x] = node.inputs as [string];
    if (places.length === size && places.every((place, at) => place === at)) {
      emit.result("Reshape", [x, emit.ints([-1, ...shape])]);
      return;
    }
    const index = lazyTensor(`${node.name}.places`, tensorOf({ dtype: "int64", shape }, places));
    const images = emit.node("Reshape", [x, emit.ints([-1, size])]);
    emit.result("Gather", [images, emit.weight(index)], { axis: int(1) });
  },
};
