// A .pt2 of torch.export: inspected with PyTorch's operators, converted by its graph, or by its weights with --model.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporaryFolder } from "./support/folders.ts";
import { runMain } from "./support/run-main.ts";
import { twoLines } from "./support/two-lines.ts";

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../format-pt2/fixtures/${name}.pt2`, import.meta.url));
const folder = temporaryFolder();

/** Lines that were wrapped at words as one. */
const unwrapped = (text: string): string => text.replaceAll(/\s+/gu, " ");

test("inspect shows inputs, outputs, PyTorch's operators and tensors", async () => {
  const { code, json } = await runMain(["inspect", fixture("dynamic"), "--json"]);
  expect(code).toBe(0);
  expect(json).toMatchObject({
    kind: "pt2",
    convertible: true,
    inputs: [{ name: "x", dtype: "float32", shape: ["N", 3, "H", "W"] }],
    operators: { conv2d: 1, max_pool2d: 2 },
  });
});

test("inspect says why a program cannot be converted", async () => {
  const { code, stdout } = await runMain(["inspect", fixture("refused")]);
  expect(code).toBe(0);
  expect(unwrapped(stdout)).toMatch(/ note .*node "batch_norm" \(aten\.batch_norm\.default: it is in training mode\)/);
});

test("convert writes the graph, whose names are the user's", async () => {
  const { code, stdout } = await runMain(["convert", fixture("trees"), "--out", folder]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/trees\.onnx/);
  const { json } = await runMain(["inspect", join(folder, "trees.onnx"), "--json"]);
  expect(json).toMatchObject({
    opset: 17,
    inputs: [{ name: "pair" }, { name: "more" }],
    outputs: [{ name: "nested.deep.0" }, { name: "nested.deep.1" }, { name: "tuple.0" }, {}, { name: "twice" }],
  });
});

test("convert lists every node that it refuses, and what helps", async () => {
  const { code, stderr } = await runMain(["convert", fixture("refused"), "--out", folder]);
  expect(code).toBe(4);
  const { what, todo } = twoLines(stderr);
  expect(what).toMatch(/node "batch_norm".*node "cond"/);
  expect(todo).toMatch(/model\.eval\(\)/);
});

test("--model takes the file as a checkpoint, and pt2 is no format to write", async () => {
  const named = await runMain(["convert", fixture("trees"), "--model", "resnet18", "--out", folder]);
  expect(named.code).not.toBe(0);
  expect(named.stderr).not.toMatch(/cannot be converted/);
  expect((await runMain(["convert", fixture("trees"), "--to", "pt2"])).stderr).toMatch(/expected onnx, tfjs, smyd/);
});
