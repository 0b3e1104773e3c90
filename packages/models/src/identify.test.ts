import { MismatchError, type SamoyedError, UnsupportedError } from "@samoyed/core";
import { describe, expect, it } from "vitest";
import { familyOf } from "./architecture.ts";
import { FAMILIES } from "./families/index.ts";
import type { Architecture, Family, Recognition } from "./family.ts";
import { ONES, ZEROS } from "./fills.ts";
import { identifyAmong } from "./identify.ts";
import type { Parameter, TensorType } from "./parameter.ts";

type Tensors = ReadonlyMap<string, TensorType>;

/** Linear layers of the given widths, under a family's own prefix; the last is the classifier. */
interface Layers extends Architecture {
  /** Tells networks apart whose widths are the same. */
  readonly label?: string;
  readonly widths: readonly number[];
}

/** A family of chains of layers `PREFIX.0`, `PREFIX.1`, … `head`. */
function chains(name: string, known: Readonly<Record<string, readonly number[]>>, own = {}): Family<Layers> {
  const all = new Map(Object.entries(known).map(([label, widths]) => [label, { family: name, label, widths }]));
  const weight = (shape: readonly number[]): Parameter => ({ shape, dtype: "float32", fill: ONES });
  return {
    name,
    source: `${name}.py`,
    architectures: () => all,
    names: () => all.keys(),
    recognize: (tensors) => {
      if (!tensors.has(`${name}.0`)) return undefined;
      const hypotheses = [...all].map(([key, architecture]) => ({ name: key, architecture }));
      return { hypotheses, nearMisses: () => [] };
    },
    parameters: ({ widths }, { numClasses }) =>
      new Map([
        ...widths.map((width, index): [string, Parameter] => [`${name}.${index}`, weight([width])]),
        ...(numClasses > 0 ? [["head", { shape: [numClasses], dtype: "float32", fill: ZEROS }] as const] : []),
      ]),
    classifier: () => ({ tensors: ["head"] }),
    inputSize: () => [3, 8, 8],
    withChannelsOf: (architecture) => architecture,
    taps: () => [],
    build: () => {
      throw new Error("nothing is built here");
    },
    ...own,
  };
}

const tensors = (shapes: Readonly<Record<string, readonly number[]>>): Tensors =>
  new Map(Object.entries(shapes).map(([name, shape]) => [name, { shape, dtype: "float32" }]));

/** Nothing is published. */
const NONE = (): readonly [] => [];

function errorOf(given: Tensors, families: readonly Family[]): SamoyedError {
  try {
    identifyAmong(families, given, NONE);
  } catch (error) {
    return error as SamoyedError;
  }
  throw new Error("the tensors were recognized");
}

const red = chains("red", { red_small: [1, 2], red_large: [1, 2, 3, 4] });
const blue = chains("blue", { blue_small: [5, 6], blue_twin: [5, 6], blue_large: [5, 6, 7] });
const both = [red, blue];

describe("identifyAmong", () => {
  it("finds the family, and reads the number of classes from its classifier", () => {
    expect(identifyAmong(both, tensors({ "red.0": [1], "red.1": [2], head: [9] }), NONE)).toEqual({
      architecture: { family: "red", label: "red_small", widths: [1, 2] },
      numClasses: 9,
      name: "red_small",
      candidates: [],
      alternatives: [],
    });
  });

  it("chooses the likeliest of equals, and says so", () => {
    const { name, alternatives } = identifyAmong(both, tensors({ "blue.0": [5], "blue.1": [6] }), NONE);
    expect(name).toBe("blue_small");
    expect(alternatives.map((other) => other.name)).toEqual(["blue_twin"]);
  });

  it("names the nearest architecture of all families, and its own classifier", () => {
    const shapes = { "red.0": [1], "blue.0": [5], "blue.1": [6], "blue.2": [7] };
    const error = errorOf(tensors(shapes), both);
    expect(error).toBeInstanceOf(MismatchError);
    expect(error.message).toBe(
      "the checkpoint does not fit blue_large, the nearest architecture: 1 tensor differs: red.0 [1] is not expected",
    );
    const spare = errorOf(tensors({ "red.0": [1], "red.1": [2], head: [2], "head.bias": [2, 2] }), both);
    expect(spare.message).toContain("red_small, the nearest architecture: 1 tensor differs: head.bias [2, 2]");
  });

  it("compares near misses only when no hypothesis fits", () => {
    const lazy = chains("red", { red_small: [1, 2] }, {
      recognize: (): Recognition<Layers> => ({
        hypotheses: [],
        nearMisses: () => [{ name: "red_far", architecture: { family: "red", widths: [1, 2] } }],
      }),
    } satisfies Partial<Family<Layers>>);
    expect(errorOf(tensors({ "red.0": [1], "red.1": [3] }), [lazy]).message).toContain("fit red_far, the nearest");
    const fitting = identifyAmong([lazy, blue], tensors({ "blue.0": [5], "blue.1": [6], "blue.2": [7] }), NONE);
    expect(fitting.name).toBe("blue_large");
  });

  it("reports a family's refusal only when no other family recognizes the tensors", () => {
    const refusing = chains("red", {}, {
      recognize: () => ({ hypotheses: [], nearMisses: () => [], refusal: new UnsupportedError("left open") }),
    } satisfies Partial<Family<Layers>>);
    const known = tensors({ "blue.0": [5], "blue.1": [6], "blue.2": [7] });
    expect(identifyAmong([refusing, blue], known, NONE).name).toBe("blue_large");
    expect(errorOf(tensors({ "blue.0": [5], "blue.1": [7] }), [refusing, blue]).message).toBe("left open");
  });

  it("says what to do when nothing is near", () => {
    for (const shapes of [{ "green.0": [1] }, { "red.0": [1], a: [1], b: [1], c: [1], d: [1] }]) {
      const error = errorOf(tensors(shapes), both);
      expect(error).toBeInstanceOf(UnsupportedError);
      expect(error.message).toMatch(/; that is not a network of red\.py, blue\.py$/);
    }
    expect(errorOf(tensors({ a: [1], "b.c": [1] }), both).hint).toContain("torch.export");
  });
});

it("an architecture of no family is refused", () => {
  expect(() => familyOf({ family: "plane" })).toThrow(
    `architecture of family "plane"; expected one of ${FAMILIES.map(({ name }) => name).join(", ")}`,
  );
});
