import { FormatError, UnsupportedError } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { fakeFiles } from "../test/fake-case.ts";
import { parseCase } from "./parse-case.ts";

const good = new TextDecoder().decode(await (await fakeFiles()).read("case.json"));

function changed(change: (json: Record<string, any>) => void): string {
  const json = JSON.parse(good) as Record<string, any>;
  change(json);
  return JSON.stringify(json);
}

test("reads a good case", () => {
  expect(parseCase(good)).toMatchObject({ schema: 1, name: "fake", images: { length: 3 } });
});

const DOCUMENTED = {
  kind: "documented",
  source: "a page",
  top: [{ index: 0, label: "circle", probability: 0.6 }],
  tolerance: 0.001,
  reason: "because",
};

test("a case of an unknown task is refused by its name", () => {
  expect(parseCase(changed((json) => (json["task"] = "logits"))).task).toBe("logits");
  const boxes = changed((json) => (json["task"] = "boxes"));
  expect(() => parseCase(boxes)).toThrow(UnsupportedError);
  expect(() => parseCase(boxes)).toThrow('the task of the case fake is "boxes"; this Samoyed knows logits');
});

test("reads a documented reference and a stand-in", () => {
  const json = changed((value) => {
    value["references"].push(DOCUMENTED);
    value["checkpoint"] = {
      kind: "stand-in",
      note: "seeded",
      seed: "s",
      head: "head.bin",
      headSha256: "a".repeat(64),
      signs: "signs.bin",
      signsSha256: "c".repeat(64),
      weightsSha256: "b".repeat(64),
    };
  });
  expect(parseCase(json).references).toHaveLength(2);
});

describe("refuses", () => {
  const cases: [string, (json: Record<string, any>) => void, RegExp][] = [
    ["an unknown key", (json) => (json["tolerence"] = 1), /unknown key "tolerence"/],
    ["a missing key", (json) => delete json["images"], /case\.images is missing/],
    ["a case in no set", (json) => (json["sets"] = []), /case\.sets has 0 items/],
    ["a set with a blank", (json) => (json["sets"] = ["my set"]), /case\.sets\[0\]/],
    ["a slow backend that is not a name", (json) => (json["slow"] = [true]), /case\.slow\[0\]/],
    [
      "stored weights without a hash",
      (json) => json["references"].push({ ...json["references"][0], stored: "uint8", weightsSha256: undefined }),
      /references\[1\] is of weights stored as uint8 and has no weightsSha256/,
    ],
    [
      "stored weights without the original",
      (json) => (json["references"][0].stored = "uint8"),
      /has no recording of the original/,
    ],
    [
      "a budget for nothing",
      (json) => (json["references"][0].budget = { sqnr: 30, reason: "because" }),
      /references\[0\] has a drift budget and no stored weights/,
    ],
    [
      "a budget below the policy's",
      (json) =>
        json["references"].push({ ...json["references"][0], stored: "uint8", budget: { sqnr: 19, reason: "because" } }),
      /references\[1\]\.budget\.sqnr/,
    ],
    ["taps of a case without taps", (json) => (json["references"][0].taps64 = "t.npy"), /names taps64 or taps32/],
    ["images that nothing counted", (json) => delete json["imageSet"], /case\.imageSet is missing/],
    ["no image", (json) => (json["images"] = []), /case\.images has 0 items/],
    ["a name that leaves its folder", (json) => (json["name"] = "../x"), /case\.name/],
    ["an absolute path", (json) => (json["images"][0].path = "/etc/passwd"), /images\[0\]\.path/],
    ["a web address", (json) => (json["images"][0].path = "https://x/y"), /images\[0\]\.path/],
    ["a short hash", (json) => (json["images"][1].sha256 = "abc"), /images\[1\]\.sha256/],
    ["a path and an asset", (json) => (json["images"][0].asset = "dog.jpg"), /has both path and asset/],
    ["neither", (json) => delete json["images"][0].path, /has neither path and asset/],
    ["a class beyond the labels", (json) => (json["images"][2].label = 4), /label is 4; there are 4 labels/],
    ["one hash too few", (json) => json["inputSha256"].pop(), /2 hashes for 3 images/],
    ["an unknown kind of checkpoint", (json) => (json["checkpoint"].kind = "magic"), /checkpoint\.kind is "magic"/],
    ["an unknown kind of reference", (json) => (json["references"][0].kind = "x"), /references\[0\]\.kind is "x"/],
    ["a noise of zero", (json) => (json["references"][0].noise.max = 0), /noise\.max/],
    ["a nested environment", (json) => (json["references"][0].environment = { a: {} }), /environment is not an object/],
    [
      "a tolerance above the policy's",
      (json) => json["references"].push({ ...DOCUMENTED, tolerance: 0.002 }),
      /references\[1\]\.tolerance/,
    ],
    [
      "probabilities out of order",
      (json) =>
        json["references"].push({
          ...DOCUMENTED,
          top: [...DOCUMENTED.top, { index: 1, label: "x", probability: 0.7 }],
        }),
      /top\[1\] is more probable/,
    ],
    [
      "a key named __proto__",
      (json) => Object.defineProperty(json, "__proto__", { value: {}, enumerable: true }),
      /__proto__/,
    ],
  ];
  test.each(cases)("%s", (_, change, message) => {
    expect(() => parseCase(changed(change), "x/case.json")).toThrow(FormatError);
    expect(() => parseCase(changed(change), "x/case.json")).toThrow(message);
  });

  test("a key that is there twice", () => {
    const twice = good.replace("{", '{"title":"another",');
    expect(() => parseCase(twice)).toThrow(FormatError);
    expect(() => parseCase(twice)).toThrow(/title/u);
  });

  test("text that is not JSON", () => {
    expect(() => parseCase("{")).toThrow(FormatError);
    expect(() => parseCase("[]")).toThrow(FormatError);
    expect(() => parseCase("null")).toThrow(FormatError);
  });

  test("a later schema", () => {
    expect(() => parseCase(changed((json) => (json["schema"] = 2)))).toThrow(UnsupportedError);
  });
});
