import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
// @ts-expect-error a plain script
import { absentOf, contendersOf } from "../bench/smyd/contenders.mjs";
// @ts-expect-error a plain script
import { NETWORKS } from "../bench/smyd/networks.mjs";
// @ts-expect-error a plain script
import { smydSection } from "../bench/smyd/section.mjs";
// @ts-expect-error a plain script
import { SOURCES } from "../bench/smyd/sources.mjs";

interface Contender {
  readonly name: string;
  readonly model: { readonly threads: number };
}

const every = { onnx: "a.onnx", tfjs: "a/model.json", smyd: "a.smyd", tflite: "a.tflite" };
const named = (found: Contender[]) => found.map(({ name, model }) => `${name} ${model.threads}`);

test("an engine takes part in what is there in its format, with the threads that it can have", () => {
  const options = { without: ["smyd, relaxed SIMD", "onnxruntime-node"], threads: [1, 2] };
  expect(named(contendersOf("chromium", { folder: "", paths: every }, options))).toEqual(
    ["smyd", "onnxruntime-web", "LiteRT.js", "tfjs-wasm"].flatMap((name) => [`${name} 1`, `${name} 2`]),
  );
  const { tflite, ...others } = every;
  const one = { without: [], threads: [1] };
  expect(named(contendersOf("chromium", { folder: "", paths: others }, one))).not.toContain("LiteRT.js 1");
  expect(named(contendersOf("node", { folder: "", paths: every }, options))).toEqual([
    ...["smyd 1", "smyd 2", "onnxruntime-web 1", "onnxruntime-web 2", "tfjs-wasm 1"],
  ]);
});

test("an engine that a network is not there for is said to be not run, and what mends it", () => {
  const missing = { tflite: "litert-torch is not installed (node tools/oracle/setup.mjs --litert)" };
  expect(absentOf("chromium", { name: "net", missing })).toEqual([`LiteRT.js on net: ${missing.tflite}`]);
  expect(absentOf("node", { name: "net", missing })).toEqual([]);
});

test("a row is compared with each yardstick that ran with as many threads", () => {
  const common = { platform: "chromium", loadMs: 1, firstMs: 1, peakMB: 1 };
  const row = (model: string, name: string, threads: number, runMs: number) => ({
    ...{ ...common, model, name, threads, runMs },
  });
  const rows = [
    ...[row("a", "smyd", 1, 10), row("a", "smyd", 2, 5)],
    ...[row("a", "onnxruntime-web", 1, 15), row("a", "onnxruntime-web", 2, 10), row("a", "LiteRT.js", 1, 12)],
    ...[row("b", "smyd", 1, 10), row("b", "onnxruntime-web", 1, 9)],
  ];
  const text: string = smydSection({ rows, downloads: [], loads: [], notRun: ["LiteRT.js on b: why"] });
  const cells = (model: string) =>
    new RegExp(String.raw`^\| ${model} \| smyd \|.*$`, "mu").exec(text)![0].split(" | ").slice(5, 10);
  expect(cells("a")).toEqual(["**1.50**", "**1.20**", "5.0 ms", "**2.00**", "–"]);
  expect(cells("b")).toEqual(["**0.90**", "–", "–", "–", "–"]);
  expect(text).toContain("Not run: LiteRT.js on b: why.");
});

test("every network has a source, and the scripts of the oracle that make the files are there", () => {
  for (const { from } of Object.values<{ from: string }>(NETWORKS)) expect(Object.keys(SOURCES)).toContain(from);
  for (const script of ["export_networks.py", "outside_file.py", "write_tflite.py"]) {
    expect(existsSync(fileURLToPath(new URL(`../oracle/${script}`, import.meta.url)))).toBe(true);
  }
});
