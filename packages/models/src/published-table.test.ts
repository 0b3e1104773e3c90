import { FormatError } from "@samoyed/core";
import { describe, expect, it } from "vitest";
import { TABLE } from "../test/published-table.ts";
import { checkPublishedTable } from "./published-table.ts";

const check = (value: unknown) => checkPublishedTable(value, "some.deflate");
const withColumn = (change: object) => ({ ...TABLE, checkpoints: { ...TABLE.checkpoints, ...change } });

describe("checkPublishedTable", () => {
  it("accepts a table", () => {
    expect(check(TABLE)).toEqual(TABLE);
  });

  it.each<[string, unknown]>([
    ["table.licenses is missing", { ...TABLE, licenses: undefined }],
    ["table.checkpoints.test has 2 items; expected 3", withColumn({ test: [1, -1] })],
    ["table.checkpoints.classes[0] is -1; expected", withColumn({ classes: [-1, 12, 0] })],
    ["license 2 is not in the table; expected less than 2", withColumn({ license: [0, 2, 1] })],
    ["preprocess 2 is not in the table; expected less than 2", withColumn({ preprocess: [0, 1, 2] })],
    ["test 5 is not in the table; expected less than 2", withColumn({ test: [5, -1, -1] })],
    ["table.checkpoints.accuracy has 0 items; expected 3", withColumn({ accuracy: [] })],
    ["url 1 is not in the table; expected less than 1", withColumn({ url: [[1, "a.pth"], 0, 0] })],
    ["table is an array; expected an object", []],
  ])("%s", (problem, value) => {
    expect(() => check(value)).toThrow(FormatError);
    expect(() => check(value)).toThrow(`some.deflate: the file is damaged: ${problem}`);
  });
});
