import { SamoyedError } from "@samoyed/core";
import { expect } from "vitest";

/** The typed error of something that must fail with one. */
export async function errorOf(promise: Promise<unknown>): Promise<SamoyedError> {
  const error: unknown = await promise.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(SamoyedError);
  return error as SamoyedError;
}
