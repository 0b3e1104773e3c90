import { type SamoyedError } from "@samoyed/core";
import { expect } from "vitest";

/** Runs something that must fail, and compares the error's class and whole message. */
export async function expectError(
  run: () => unknown,
  type: abstract new (...args: never[]) => SamoyedError,
  message: string,
  hint?: string,
): Promise<void> {
  let error: unknown;
  try {
    await run();
  } catch (caught) {
    error = caught;
  }
  expect(error, "nothing was thrown").toBeInstanceOf(Error);
  expect((error as Error).message).toBe(message);
  expect(error).toBeInstanceOf(type);
  if (hint !== undefined) {
    expect((error as SamoyedError).hint).toBe(hint);
  }
}
