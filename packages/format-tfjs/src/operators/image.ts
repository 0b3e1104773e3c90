import { axisPads, type Dim, imageWindow, type ImageWindow, type Node, readWindow } from "@samoyed/ir";
import type { Emitter } from "../emitter.ts";
import { intsAttr, type TfAttribute } from "../tf-graph.ts";
import { FROM_LAST, TO_LAST, type Value } from "../value.ts";
import { onlyOutput, unsupported } from "./operator.ts";

/** A value as an image with channels last; a row of values is an image one pixel high. */
export interface Image {
  readonly ref: string;
  readonly rank: 3 | 4;
  readonly channels: number;
  /** The sizes behind batch and channels, as ONNX has them: one or two. */
  readonly spatial: readonly Dim[];
}

/** A node's input as an image. */
export function imageOf(node: Node, value: Value, emitter: Emitter): Image {
  const rank = value.shape.length;
  const channels = value.shape[1];
  if (rank !== 3 && rank !== 4) throw unsupported(node, `has an input of ${rank} axes`);
  if (typeof channels !== "number") throw unsupported(node, "has an input whose channels are open");
  const spatial = value.shape.slice(2);
  if (rank === 4) return { ref: emitter.last(value), rank, channels, spatial };
  const hint = `${emitter.nameOf(node.outputs[0]!)}/image`;
  const wide = emitter.emit("ExpandDims", [emitter.plain(value), emitter.scalar(2)], { hint });
  const ref = emitter.emit("Transpose", [wide, emitter.ints(TO_LAST)], { hint });
  return { ref, rank, channels, spatial };
}

/** Adds the node that gives an image; for a row of values it is made one again. */
export function giveImage(
  output: string,
  emitter: Emitter,
  result: {
    readonly op: string;
    readonly inputs: readonly string[];
    readonly rank: 3 | 4;
    readonly attr?: Readonly<Record<string, TfAttribute>>;
  },
): void {
  const attr = result.attr === undefined ? {} : { attr: result.attr };
  if (result.rank === 4) {
    emitter.give(output, result.op, result.inputs, { layout: "last", ...attr });
    return;
  }
  const hint = `${emitter.nameOf(output)}/row`;
  const image = emitter.emit(result.op, result.inputs, { hint, ...attr });
  const first = emitter.emit("Transpose", [image, emitter.ints(FROM_LAST)], { hint });
  emitter.give(output, "Squeeze", [first], { layout: "plain", attr: { squeeze_dims: intsAttr([2]) } });
}

/**
 * Adds padding of one value around an image, exactly as asked; SAME would pad even sizes on other sides than PyTorch.
 */
export function padImage(
  node: Node,
  emitter: Emitter,
  { ref, pads, value }: { readonly ref: string; readonly pads: Pads; readonly value: number },
): string {
  if (!hasPads(pads)) return ref;
  const paddings = [0, 0, pads.begin[0], pads.end[0], pads.begin[1], pads.end[1], 0, 0];
  const inputs = [ref, emitter.constant("int32", paddings, [4, 2]), emitter.float(value)];
  return emitter.emit("PadV2", inputs, { hint: `${emitter.nameOf(onlyOutput(node, emitter))}/pad` });
}

/** Padding before and after height and width. */
export type Pads = Pick<ImageWindow, "begin" | "end">;

/** Whether there is padding at all. */
export function hasPads({ begin, end }: Pads): boolean {
  return [...begin, ...end].some((size) => size > 0);
}

/**
 * A node's window over an image of `spatial` sizes; they must be known where `auto_pad` depends on them.
 *
 * @throws UnsupportedError for three dimensions and more, and for an open size that decides the padding.
 */
export function windowOf(node: Node, kernel: readonly number[], spatial: readonly Dim[]): ImageWindow {
  const rank = kernel.length;
  if (rank < 1 || rank > 2 || spatial.length !== rank) throw unsupported(node, `has ${spatial.length} spatial axes`);
  const window = readWindow(node, kernel);
  return imageWindow(
    window,
    spatial.map((size, axis) => {
      if (typeof size === "number") return axisPads(window, axis, size);
      if (window.pads === undefined) throw unsupported(node, "derives its padding from a size that is open");
      return axisPads(window, axis, 0);
    }),
  );
}
