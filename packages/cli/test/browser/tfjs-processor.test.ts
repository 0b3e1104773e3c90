// The golden case on the engines that compute on the processor, and what is red.
import { expect, test } from "vitest";
import { someImages } from "./some-images.ts";
import { describeTfjsGolden, statuses, UINT8_DIFFERS } from "./tfjs-golden.ts";

describeTfjsGolden(["tfjs-cpu", "tfjs-wasm"], (check, shapes) => {
  test("another model's values, another hash and a model that is not there are red", async () => {
    const loaded = someImages(shapes(), new Set([0, UINT8_DIFFERS]));
    const rounded = await check("tfjs-wasm", { loaded, stored: "float32", model: "float16" });
    expect(statuses(rounded)).toEqual(expect.arrayContaining(["max failed", "rms failed", "taps failed"]));
    expect(rounded.verdict.kind).toBe("failed");
    const other = await check("tfjs-wasm", { loaded, stored: "uint8", sha256: "0".repeat(64) });
    expect(statuses(other)).toContain("weights failed");
    expect(other.verdict.kind).toBe("failed");
    const gone = await check("tfjs-wasm", { loaded, stored: "float32", model: "gone" });
    expect(gone.verdict).toMatchObject({
      kind: "failed",
      reasons: [expect.stringMatching(/the server answered 404/)],
    });
  });
});
