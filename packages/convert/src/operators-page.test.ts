import { readFileSync, writeFileSync } from "node:fs";
import { VENDOR_OPERATORS } from "@samoyed/format-onnx";
import { LOWERED_OPERATORS } from "@samoyed/format-tfjs";
import { CANONICAL_OPERATORS, DECOMPOSED_OPERATORS, EXPANDED_OPERATORS } from "@samoyed/graph";
import { PLANNED_OPERATORS } from "@samoyed/runtime-smyd/plan";
import { describe, expect, test } from "vitest";

const PAGE = new URL("../../../docs/operators.md", import.meta.url);

/** Targets, with the README that says which canonical operators they lack. `.onnx` has them all. */
const TARGETS = [
  { title: "TensorFlow.js", operators: LOWERED_OPERATORS, readme: "../../format-tfjs/README.md" },
  { title: "`.smyd`", operators: PLANNED_OPERATORS, readme: "../../runtime-smyd/README.md" },
] as const;

function page(): string {
  const canonical = CANONICAL_OPERATORS.toSorted();
  const decomposed = [...DECOMPOSED_OPERATORS].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    "# Operators",
    "",
    "Written by `pnpm run operators` in `packages/convert`; a test checks that it is up to date.",
    "",
    "Every model is brought into one form before it is written: `canonicalize` of `@samoyed/graph`. It has the operators of",
    "ONNX's operator set 17 in the first table, and no others. Padding is explicit where sizes are known, constants are",
    "weights, shapes that are known are folded, and identities are gone but where they name an output. Networks that Samoyed",
    "builds from a checkpoint are in this form from the start.",
    "",
    "## Canonical operators",
    "",
    "Each target writes those with a •. `.onnx` files hold all of them.",
    "",
    `| operator | ${TARGETS.map(({ title }) => title).join(" | ")} |`,
    `| --- | ${TARGETS.map(() => "---").join(" | ")} |`,
    ...canonical.map(
      (op) => `| ${op} | ${TARGETS.map(({ operators }) => (operators.includes(op) ? "•" : "")).join(" | ")} |`,
    ),
    "",
    "## Decomposed operators",
    "",
    "What a reader meets besides becomes canonical operators, of which one node needs some or all. A node that cannot be",
    "decomposed stays, with the reason in the report of `canonicalize`, and a target that does not write it names it.",
    "",
    "| operator | becomes |",
    "| --- | --- |",
    ...decomposed.map(([op, into]) => `| ${op} | ${into.length === 0 ? "a weight" : into.join(", ")} |`),
    "",
    "A DequantizeLinear of a constant is a weight of float32, whose 8-bit integers a target stores if it holds them exactly.",
    "A value that is quantized and dequantized by the same two constants is rounded to their grid by Div, Round, Clip and",
    "Mul. The other quantized operators stay.",
    "",
    "Of onnxruntime's domain com.microsoft `.onnx` files may have, besides, " +
      `${VENDOR_OPERATORS.join(", ")}: the reader writes them by ONNX's own.`,
    "",
    "## Canonical operators that other operators spell",
    "",
    "A target that lacks one of these and has the others gets them in its place, where the node allows it: constant weights",
    "and a sequence of known length for LSTM, GRU and RNN, constant indices for ScatterElements and ScatterND. `.onnx` files",
    "keep the operator.",
    "",
    "| operator | becomes |",
    "| --- | --- |",
    ...[...EXPANDED_OPERATORS].map(([op, into]) => `| ${op} | ${into.join(", ")} |`),
    "",
  ].join("\n");
}

/** The formatter pads tables. */
function squeezed(text: string): string {
  return text.replaceAll(/ +/gu, " ").replaceAll(/-+/gu, "-");
}

test("docs/operators.md says what there is", () => {
  if (process.env["SAMOYED_RECORD"] === "1") writeFileSync(PAGE, page());
  expect(squeezed(readFileSync(PAGE, "utf8"))).toBe(squeezed(page()));
});

describe.each(TARGETS)("$title", ({ operators, readme }) => {
  test("lowers canonical operators alone", () => {
    expect(operators.filter((op) => !CANONICAL_OPERATORS.includes(op))).toEqual([]);
  });

  test("says in its README which it lacks", () => {
    const text = readFileSync(new URL(readme, import.meta.url), "utf8");
    const listed = /^Canonical operators that it lacks: (.*)\.$/mu.exec(text)![1]!.split(", ");
    expect(listed).toEqual(CANONICAL_OPERATORS.filter((op) => !operators.includes(op)).toSorted());
  });
});
