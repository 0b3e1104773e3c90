import type { PublishedTable } from "../src/published-table.ts";

/** A small table of published checkpoints. */
export const TABLE: PublishedTable = {
  version: 1,
  source: "timm 1.0.29",
  normalizations: [
    [
      [0.5, 0.5, 0.5],
      [0.25, 0.25, 0.25],
    ],
    [
      [0, 0, 0],
      [1, 1, 1],
    ],
  ],
  licenses: ["mit", "unknown"],
  preprocess: [
    [[3, 32, 32], 0.9, "bilinear", "center", 0],
    [[3, 64, 48], 1, "bicubic", "squash", 1],
  ],
  folders: ["https://example.org/"],
  checkpoints: {
    name: ["wren.a", "wren.b", "robin"],
    classes: [10, 12, 0],
    license: [0, 0, 1],
    preprocess: [0, 1, 0],
    test: [1, -1, -1],
    hub: [0, 1, "birds/robin"],
    url: [[0, "wren-0123abcd.pth"], 0, 0],
    renamed: [1, 0, 0],
    accuracy: [[80.5, 95.25], 0, 0],
  },
  formerNames: [
    ["old_wren", "wren"],
    ["b_wren", "wren.b"],
    ["redbreast", "robin"],
  ],
  removedNames: ["dodo.a"],
};
