import { expect, it } from "vitest";
import { readPublished } from "./checkpoints.ts";

const architectures = (): ReadonlyMap<string, { family: string }> => new Map([["wren", { family: "birds" }]]);

it("reads a family's tables: former names map to their checkpoint, those without a tag to the default", () => {
  const checkpoints = `
wren.a 10 mit bilinear 32/0.9 64/1.0 half - https://example.org/wren-0123abcd.pth
wren.b 12 mit bicubic 32/0.9 - imagenet timm/ -
`;
  const formerNames = "\nold_wren wren\nb_wren wren.b\n";
  const [first, second, ...rest] = readPublished({ architectures, published: { checkpoints, formerNames } });
  expect(first).toMatchObject({
    name: "wren.a",
    aliases: ["old_wren"],
    architecture: { family: "birds" },
    numClasses: 10,
    preprocess: { inputSize: [3, 32, 32], cropPct: 0.9, mean: [0.5, 0.5, 0.5] },
    testPreprocess: { inputSize: [3, 64, 64], cropPct: 1 },
    license: "mit",
    sha256Prefix: "0123abcd",
  });
  expect(second).toMatchObject({ name: "wren.b", aliases: ["b_wren"], numClasses: 12, huggingFace: "timm/wren.b" });
  expect(rest).toEqual([]);
});

it("a family may have published nothing", () => {
  expect(readPublished({ architectures, published: { checkpoints: "", formerNames: "" } })).toEqual([]);
});
