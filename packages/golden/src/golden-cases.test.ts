import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findModel, listModels } from "@samoyed/models";
import { beforeAll, describe, expect, test } from "vitest";
import { compareDocumented } from "./classification/compare-documented.ts";
import { compareLogits } from "./classification/compare-logits.ts";
import { driftText, measureDrift } from "./classification/logit-drift.ts";
import { driftCheck } from "./drift.ts";
import { findCases, loadCase, setsOfCase } from "./load-case.ts";
import { TOLERANCES } from "./tolerance.ts";

const root = fileURLToPath(new URL("../../../golden/cases", import.meta.url));
const names = await findCases(root);

test("every folder in golden/cases is a case", () => {
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
    if (recording.stored !== undefined) continue;
    const first = values64.data.subarray(0, values64.shape[1]);
    for (const reference of loaded.documented) {
      const { met, difference } = compareDocumented(first, { reference });
      expect(met).toBe(true);
      // The head was solved for these probabilities; float32 bias and float64 features leave only rounding.
      expect(difference).toBeLessThan(1e-6);
    }
  }
});

describe("PyTorch with weights stored in fewer bits", () => {
  test.each(names)(
    "%s: a trained network has a budget for each way of storing and meets it; random weights have no budget",
    async (name) => {
      const { case: golden, recorded } = await loadCase(`${root}/${name}`);
      const [original, ...others] = recorded;
      expect(original!.stored).toBeUndefined();
      for (const { stored, budget, values64 } of others) {
        const drift = measureDrift(values64.data, original!.values64);
        expect(budget === undefined).toBe(golden.checkpoint.kind === "stand-in");
        if (!budget) continue;
        const message = driftText(drift, { budget, stored: stored! });
        expect(driftCheck(drift, { budget, message }).status).toBe("passed");
        // A slightly smaller ratio would not pass.
        expect(drift.sqnr - 20 * Math.log10(2)).toBeLessThan(budget.sqnr);
        expect(budget.reason).toContain(`PyTorch's own drift is ${drift.sqnr.toFixed(1)} dB`);
      }
    },
  );

  test("the trained network's 100 predictions: float16, uint16 and int8 keep them, uint8 changes one", async () => {
    const { recorded } = await loadCase(`${root}/shapes`);
    const [original, ...others] = recorded;
    const changed = others.map(({ stored, values64 }) => [
      stored,
      measureDrift(values64.data, original!.values64).changed.map(({ image }) => image),
    ]);
    expect(changed).toEqual([
      ["float16", []],
      ["uint16", []],
      ["uint8", [69]],
      ["int8", []],
    ]);
  });
});

describe("the set ssl is the whole family", () => {
  const tags = ["fb_ssl_yfcc100m_ft_in1k", "fb_swsl_ig1b_ft_in1k"] as const;
  const namesOf = async (tag: string): Promise<string[]> => (await listModels(tag)).map(({ name }) => name);

  let ssl: readonly string[];
  let swsl: readonly string[];
  beforeAll(async () => {
    [ssl, swsl] = [await namesOf(tags[0]), await namesOf(tags[1])];
  });

  test("one case for each of the six architectures", async () => {
    const models: string[] = [];
    for (const name of names) {
      if ((await setsOfCase(`${root}/${name}`)).includes("ssl")) {
        models.push((await loadCase(`${root}/${name}`)).case.model);
      }
    }
    expect(ssl).toHaveLength(6);
    expect(models.sort()).toEqual(ssl.toSorted());
  });

  test("SWSL's networks are SSL's with different weights, so one stand-in is enough for both", async () => {
    expect(swsl).toEqual(ssl.map((name) => name.replace(tags[0], tags[1])));
    for (const [index, name] of ssl.entries()) {
      const [one, other] = [await findModel(name), await findModel(swsl[index]!)];
      expect(other.architectureName).toBe(one.architectureName);
      expect(other.preprocess).toEqual(one.preprocess);
    }
  });
});

test("the default set, checked when no case is named", async () => {
  const sets = await Promise.all(names.map((name) => setsOfCase(`${root}/${name}`)));
  expect(names.filter((_, index) => sets[index]!.includes("default"))).toEqual(["samoyed", "samoyed-drawn", "shapes"]);
});

test.each(names.filter((name) => existsSync(`${root}/${name}/sensitivity.json`)))(
  "%s: the tolerance on a probability tells right from wrong preprocessing, as its reason says",
  async (name) => {
    const { rows } = JSON.parse(readFileSync(`${root}/${name}/sensitivity.json`, "utf8")) as {
      rows: { mistake: string; probability: number }[];
    };
    const pixels = rows.filter(({ mistake }) => mistake !== "none" && !mistake.endsWith("+1 %"));
    expect(pixels.length).toBeGreaterThan(5);
    const { documented } = await loadCase(`${root}/${name}`);
    expect(documented[0]!.reason).toContain("more than 0.01");
    for (const { probability } of pixels) expect(probability).toBeGreaterThan(0.01);
  },
);
