import { FormatError, ShapeError, UnsupportedError } from "@samoyed/core";
import type { SmydAttribute, SmydNode } from "@samoyed/smyd-file";

/** A node as messages call it. */
export function describe(node: SmydNode): string {
  return `node ${JSON.stringify(node.name)} (${node.op})`;
}

function detailsOf(node: SmydNode): { details: { node: string; op: string } } {
  return { details: { node: node.name, op: node.op } };
}

/** The error of something valid in ONNX that no kernel computes. */
export function unsupported(node: SmydNode, message: string): UnsupportedError {
  return new UnsupportedError(`${describe(node)} ${message}`, {
    hint: "Run the model in its ONNX form, on onnxruntime.",
    ...detailsOf(node),
  });
}

/** The error of shapes that do not fit at a node. */
export function misfit(node: SmydNode, message: string): ShapeError {
  return new ShapeError(`${describe(node)}: ${message}`, detailsOf(node));
}

/** The error of an attribute or input that means nothing. */
export function malformed(node: SmydNode, message: string): FormatError {
  return new FormatError(`${describe(node)}: ${message}`, detailsOf(node));
}

/**
 * Does what concerns a node; an error that names no node gets this one in its details.
 *
 * @throws what `work` throws.
 */
export function atNode<T>(node: SmydNode, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof UnsupportedError) || cause.details["node"] !== undefined) throw cause;
    const { message, hint, details } = cause;
    const more = { ...detailsOf(node).details, ...details };
    throw new UnsupportedError(message, { cause, details: more, ...(hint !== undefined && { hint }) });
  }
}

type Values = { readonly [A in SmydAttribute as A["type"]]: A["value"] };

function attribute<T extends SmydAttribute["type"]>(node: SmydNode, name: string, type: T): Values[T] | undefined {
  const found = Object.hasOwn(node.attributes, name) ? node.attributes[name] : undefined;
  if (found === undefined) return undefined;
  if (found.type !== type) throw malformed(node, `attribute "${name}" has type ${found.type}; expected ${type}`);
  return found.value as Values[T];
}

/** An integer attribute, or its default. */
export function readInt(node: SmydNode, name: string, fallback: number): number {
  return attribute(node, name, "int") ?? fallback;
}

/** A float attribute, or its default rounded to float32, as ONNX's defaults are. */
export function readFloat(node: SmydNode, name: string, fallback: number): number {
  return attribute(node, name, "float") ?? Math.fround(fallback);
}

/** A string attribute, or its default. */
export function readString(node: SmydNode, name: string, fallback: string): string {
  return attribute(node, name, "string") ?? fallback;
}

/** A list of integers, or `undefined`. */
export function readInts(node: SmydNode, name: string): readonly number[] | undefined {
  return attribute(node, name, "ints");
}

/**
 * An axis counted from the front.
 *
 * @throws ShapeError when it lies outside [-rank, rank).
 */
export function normalizeAxis(node: SmydNode, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw misfit(node, `axis ${axis} lies outside [${-rank}, ${rank})`);
  }
  return axis < 0 ? axis + rank : axis;
}
