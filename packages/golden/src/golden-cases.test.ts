import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { compareDocumented } from "./compare-documented.ts";
import { compareLogits } from "./compare-logits.ts";
import { findCases, loadCase } from "./load-case.ts";
import { TOLERANCES } from "./tolerance.ts";

const root = fileURLToPath(new URL("../../../golden/cases", import.meta.url));
const names = await findCases(root);

test("every folder of golden/cases is a case", () => {
  expect(names).toEqual(readdirSync(root).sort());
  expect(names).toContain("samoyed-drawn");
});

test.each(names)("golden/cases/%s opens, and its own PyTorch float32 passes its gates", async (name) => {
  const loaded = await loadCase(`${root}/${name}`);
  expect(loaded.case.name).toBe(name);
  for (const recording of loaded.recorded) {
    const { values32, values64, noise } = recording;
    const { checks, maxInNoise } = compareLogits(values32, { reference: values64, noise, policy: TOLERANCES.float32 });
    expect(maxInNoise).toBe(1);
    expect(checks.map(({ name: check, status }) => `${check} ${status}`)).toEqual([
      "max passed",
      "rms passed",
      "kl passed",
      "rank passed",
    ]);
    const first = values64.data.subarray(0, values64.shape[1]);
    for (const reference of loaded.documented) {
      const { met, difference } = compareDocumented(first, { reference });
      expect(met).toBe(true);
      // The head was solved for these probabilities; float32 bias and float64 features leave rounding only.
      expect(difference).toBeLessThan(1e-6);
    }
  }
});
