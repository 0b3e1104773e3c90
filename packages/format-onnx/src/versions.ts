import { type LazyTensor, UnsupportedError } from "@samoyed/core";
import { MAX_OPSET, MIN_OPSET } from "@samoyed/ir";

/** IR version 3 is the first of a stable ONNX (1.0); 14 is that of ONNX 1.23. */
export const MIN_IR_VERSION = 3;
export const MAX_IR_VERSION = 14;

/** IR version that is written unless the operator set needs a later one: every runtime in use reads it. */
const DEFAULT_IR_VERSION = 8;

/** First operator set of each IR version above 8 (ONNX 1.23, `helper.py`, VERSION_TABLE). */
const IR_VERSIONS: readonly (readonly [opset: number, irVersion: number])[] = [
  [28, 14],
  [25, 13],
  [24, 12],
  [23, 11],
  [21, 10],
  [19, 9],
];

/** Returns the lowest IR version, from 8 on, whose definition covers an operator set. */
export function irVersionFor(opset: number): number {
  return IR_VERSIONS.find(([first]) => opset >= first)?.[1] ?? DEFAULT_IR_VERSION;
}

/**
 * Requires an operator set that Samoyed knows.
 *
 * @throws UnsupportedError when it does not.
 */
export function requireOpset(opset: number, what: string): void {
  if (!Number.isInteger(opset) || opset < MIN_OPSET || opset > MAX_OPSET) {
    throw new UnsupportedError(`${what} uses operator set ${opset}; sets ${MIN_OPSET} to ${MAX_OPSET} are handled`, {
      hint: "Convert the model to operator set 17 (onnx.version_converter does it).",
      details: { opset },
    });
  }
}

/**
 * Requires an IR version that Samoyed knows.
 *
 * @throws UnsupportedError when it does not.
 */
export function requireIrVersion(irVersion: number, what: string): void {
  if (irVersion < MIN_IR_VERSION || irVersion > MAX_IR_VERSION) {
    throw new UnsupportedError(
      `${what} has IR version ${irVersion}; versions ${MIN_IR_VERSION} to ${MAX_IR_VERSION} are handled`,
      { hint: "Write the model again with an ONNX release from 1.0 to 1.23.", details: { irVersion } },
    );
  }
}

/** The operator set, with IR version 9, that introduced eight-bit floats. */
const FLOAT8_OPSET = 19;

/**
 * Requires a tensor's element type to exist in an operator set.
 *
 * @throws UnsupportedError when it was introduced later.
 */
export function requireType(tensor: LazyTensor, opset: number): void {
  if (tensor.dtype.startsWith("float8") && opset < FLOAT8_OPSET) {
    throw new UnsupportedError(
      `tensor ${JSON.stringify(tensor.name)} is ${tensor.dtype} at operator set ${opset}; ONNX has it from ${FLOAT8_OPSET} on`,
    );
  }
}
