import type { SamoyedError } from "@samoyed/core";
import { expect } from "vitest";
import { fromBytes } from "./files.ts";

export type ErrorClass = new (message: string) => SamoyedError;

/** Returns the error with which bytes are refused as a model. */
export async function refusal(bytes: Uint8Array | readonly number[]): Promise<SamoyedError> {
  const outcome: unknown = await fromBytes(Uint8Array.from(bytes)).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new Error("expected an error, but the model was read");
  return outcome as SamoyedError;
}

/** Requires bytes to be refused with exactly this error; `message` is without the source's label. */
export async function expectRefusal(
  bytes: Uint8Array | readonly number[],
  type: ErrorClass,
  message: string,
): Promise<void> {
  const error = await refusal(bytes);
  expect(error.message).toBe(`model.onnx: ${message}`);
  expect(error).toBeInstanceOf(type);
}
