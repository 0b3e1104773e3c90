import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
// @ts-expect-error a plain script
import { killConversions } from "../kills/kill-conversions.mjs";

test("killed conversions leave the old model or the new one, and the next one removes what they left", async () => {
  const folder = mkdtempSync(join(tmpdir(), "samoyed-kills-test-"));
  try {
    const { counts, wrong, left } = await killConversions(folder, { kills: 2, model: "resnet10t", seed: "test" });
    expect({ wrong, left }).toEqual({ wrong: [], left: [] });
    expect(counts.old + counts.new + counts.both).toBe(2);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
