import type { LazyTensor, SamoyedError } from "@samoyed/core";
import { canonicalize, verifyGraph } from "@samoyed/graph";
import { describe, expect, it } from "vitest";
import { architectures, classifierOf, countClasses, inputSizeOf, modelParameters, tapsOf } from "../architecture.ts";
import { buildModel } from "../build-model.ts";
import type { Architecture } from "../family.ts";
import { type IdentifiedModel, identifyModel } from "../identify.ts";
import { FAMILIES } from "./index.ts";

/** Tensors that fail when they are read: nothing here may read them. */
function unread(architecture: Architecture, numClasses: number): Map<string, LazyTensor> {
  const refuse = () => {
    throw new Error("a weight was read");
  };
  const parameters = [...modelParameters(architecture, { numClasses })];
  return new Map(
    parameters.map(([name, { shape, dtype }]) => [name, { name, shape, dtype, read: refuse, chunks: refuse }]),
  );
}

it("no two families share a name, and no two architectures", () => {
  expect(new Set(FAMILIES.map(({ name }) => name)).size).toBe(FAMILIES.length);
  const count = FAMILIES.reduce((sum, family) => sum + family.architectures().size, 0);
  expect(architectures().size).toBe(count);
});

describe.each(FAMILIES)("$name", (family) => {
  it("builds every architecture without reading a weight", () => {
    for (const [name, architecture] of family.architectures()) {
      const tensors = unread(architecture, 7);
      for (const features of [false, true]) {
        const graph = buildModel({ architecture, numClasses: 7, tensors, features, taps: true });
        verifyGraph(graph);
        const { graph: canonical, report } = canonicalize(graph);
        expect(report.applied, name).toEqual([]);
        expect(canonical, name).toEqual(graph);
        expect(graph.inputs, name).toEqual([
          { name: "input", dtype: "float32", shape: ["N", ...inputSizeOf(architecture)] },
        ]);
        const [output, ...taps] = graph.outputs;
        expect(
          taps.map((tap) => tap.name),
          name,
        ).toEqual(tapsOf(architecture));
        if (features) expect(output!.name, name).toBe("features");
        else expect(output, name).toEqual({ name: "logits", dtype: "float32", shape: ["N", 7] });
      }
    }
  });

  it("knows the tensors that depend on the number of classes", () => {
    for (const [name, architecture] of family.architectures()) {
      const [seven, eight, none] = [7, 8, 0].map((numClasses) => modelParameters(architecture, { numClasses }));
      const changed = [...seven!].filter(([key, { shape }]) => String(shape) !== String(eight!.get(key)!.shape));
      const classifier = classifierOf(architecture);
      expect(
        changed.map(([key]) => key),
        name,
      ).toEqual(classifier.tensors);
      expect(
        [...seven!.keys()].filter((key) => !none!.has(key)),
        name,
      ).toEqual(classifier.tensors);
      expect([seven, eight, none].map((parameters) => countClasses(classifier, parameters!))).toEqual([7, 8, 0]);
    }
  });

  it("recognizes its own architectures by their tensors, or asks for a name; and refuses an empty state dict", async () => {
    expect(family.recognize(new Map())).toBeUndefined();
    for (const [name, architecture] of family.architectures()) {
      const parameters = modelParameters(architecture, { numClasses: 7 });
      let found: IdentifiedModel;
      try {
        found = await identifyModel(parameters);
      } catch (error) {
        expect((error as SamoyedError).hint).toContain(`--model ${name}`);
        continue;
      }
      expect([...modelParameters(found.architecture, found)], name).toEqual([...parameters]);
    }
  });
});
