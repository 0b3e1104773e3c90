import { expect, test } from "vitest";
import { giveScratch, takeScratch } from "./scratch.ts";

test("memory that was given back serves the next that fits, one at a time; the largest is kept", () => {
  const large = takeScratch(1000, "large");
  giveScratch(large);
  giveScratch(takeScratch(2000, "larger"));
  const first = takeScratch(1500, "first");
  expect([first.byteLength, first.buffer.byteLength]).toEqual([1500, 2000]);
  const second = takeScratch(1500, "second");
  expect(second.buffer).not.toBe(first.buffer);
  giveScratch(first);
  giveScratch(second);
  expect(takeScratch(10, "small").buffer).toBe(first.buffer);
});
