import { FormatError, UnsupportedError } from "@samoyed/core";
import { describe, expect, it } from "vitest";
import { TABLE } from "../test/published-table.ts";
import { parsePublishedTable } from "./published-table.ts";

const parse = (value: unknown) => parsePublishedTable(new TextEncoder().encode(JSON.stringify(value)), "some.deflate");
const withColumn = (change: object) => ({ ...TABLE, checkpoints: { ...TABLE.checkpoints, ...change } });

describe("parsePublishedTable", () => {
  it("returns the table", () => {
    expect(parse(TABLE)).toEqual(TABLE);
  });

  it.each<[string, unknown]>([
    ["table.licenses is missing", { ...TABLE, licenses: undefined }],
    ["table.checkpoints.test has 2 items; expected 3", withColumn({ test: [1, -1] })],
    ["table.checkpoints.classes[0] is -1; expected", withColumn({ classes: [-1, 12, 0] })],
    ["license 2 is not in the table; expected less than 2", withColumn({ license: [0, 2, 1] })],
    ["preprocess 2 is not in the table; expected less than 2", withColumn({ preprocess: [0, 1, 2] })],
    ["test 5 is not in the table; expected less than 2", withColumn({ test: [5, -1, -1] })],
    ["url 1 is not in the table; expected less than 1", withColumn({ url: [[1, "a.pth"], 0, 0] })],
    ["table is an array; expected an object", []],
  ])("%s", (problem, value) => {
    expect(() => parse(value)).toThrow(FormatError);
    expect(() => parse(value)).toThrow(`some.deflate: the file is damaged: ${problem}`);
  });

  it("refuses what is no JSON, and another version", () => {
    expect(() => parsePublishedTable(new Uint8Array([0xff]), "some.deflate")).toThrow(FormatError);
    expect(() => parsePublishedTable(new TextEncoder().encode('{"version":'), "some.deflate")).toThrow(FormatError);
    expect(() => parse({ ...TABLE, version: 2 })).toThrow(UnsupportedError);
    expect(() => parse({ ...TABLE, version: 2 })).toThrow("some.deflate: the file's version is 2; expected 1");
  });
});
