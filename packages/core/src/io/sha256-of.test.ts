import { createHash } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { sha256Of } from "./sha256-of.ts";

afterEach(() => vi.unstubAllGlobals());

test("the hash equals that of Node's crypto, where the platform has it and where it has not", async () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, at) => at);
  const expected = createHash("sha256").update(bytes).digest("hex");
  expect(await sha256Of(bytes)).toBe(expected);
  vi.stubGlobal("crypto", undefined);
  expect(await sha256Of(bytes)).toBe(expected);
});
