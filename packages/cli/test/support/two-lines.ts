import { expect } from "vitest";

/** Asserts that stderr holds an error of exactly two lines, and gives them without their marks. */
export function twoLines(stderr: string): { readonly what: string; readonly todo: string } {
  const match = /^samoyed: (\S.*)\n {2}(\S.*)\n$/.exec(stderr);
  expect(match, `two lines were expected; stderr was ${JSON.stringify(stderr)}`).not.toBeNull();
  return { what: match![1]!, todo: match![2]! };
}
