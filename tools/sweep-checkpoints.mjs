// Checkpoints as people make them, with real libraries, converted by the command line and compared with PyTorch. After a build.
//
//   node tools/sweep-checkpoints.mjs [--sample N] [--made] [NAME…]
//
// The oracle makes them in tools/oracle/.cache/checkpoints; --made takes those that are there. --sample takes every N-th.
// Exit status 1 when one is neither right nor refused with the right cure, 5 without the oracle.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { onnxruntimeNode } from "@samoyed/runtime-onnx";
import { checkVariant } from "./sweep/check-variant.mjs";

const UNAVAILABLE = 5;
const STATUSES = {
  right: "right",
  refused: "refused with the right cure",
  other: "refused otherwise",
  wrong: "WRONG",
  failed: "failed",
};
const oracle = join(dirname(fileURLToPath(import.meta.url)), "oracle");
const python = join(oracle, ".venv", "bin", "python");
const folder = join(oracle, ".cache", "checkpoints");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sample: { type: "string", default: "1" }, made: { type: "boolean", default: false } },
});
if (!existsSync(python)) {
  console.error("sweep: not run: the oracle is not installed\nInstall it: node tools/oracle/setup.mjs");
  process.exit(UNAVAILABLE);
}

/** Runs the oracle's script; what it wrote to standard output. */
function oracleOutput(args, stdout = "inherit") {
  const script = join(oracle, "checkpoint_variants.py");
  const ended = spawnSync(python, [script, ...args], { stdio: ["ignore", stdout, "inherit"], encoding: "utf8" });
  if (ended.status !== 0) process.exit(1);
  return ended.stdout;
}

if (!values.made) oracleOutput([folder, ...(positionals.length > 0 ? positionals : ["--sample", values.sample])]);
const all = oracleOutput(["--list"], "pipe").trim().split("\n");
const every = Number(values.sample);
const names = positionals.length > 0 ? positionals : all.filter((_, place) => place % every === 0);
const made = names.filter((name) => existsSync(join(folder, name, "case.json")));
const out = mkdtempSync(join(tmpdir(), "samoyed-checkpoints-"));
const backend = onnxruntimeNode();
const results = [];
try {
  for (const name of made) {
    const result = { name, ...(await checkVariant(join(folder, name), { backend, out })) };
    results.push(result);
    console.log(`${STATUSES[result.status]}: ${name}: ${result.text.replaceAll(/\s+/gu, " ")}`);
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}

const count = (status, theme) =>
  results.filter((result) => result.status === status && (theme === "" || result.name.startsWith(`${theme}-`))).length;
const themes = [...new Set(results.map(({ name }) => name.split("-", 1)[0])), ""];
const rows = themes.map((theme) => [
  theme || "all",
  ...Object.keys(STATUSES).map((status) => String(count(status, theme))),
]);
for (const row of [["theme", ...Object.values(STATUSES)], ...rows]) {
  console.log(row.map((cell, place) => (place === 0 ? cell.padEnd(14) : cell.padStart(12))).join(" "));
}
if (made.length < names.length)
  console.log(`${names.length - made.length} were not made: their libraries are not installed`);
const bad = results.filter(({ status }) => status !== "right" && status !== "refused");
process.exitCode = bad.length === 0 && made.length > 0 ? 0 : 1;
