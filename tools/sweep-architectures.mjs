// Every architecture of the catalogue from the names and shapes of its state dict alone: recognized, with its own number of
// classes, with 17 and without a classifier; built; converted to ONNX; checked by ONNX's own checker. After a build.
//
//   node tools/sweep-architectures.mjs [--sample N] [--fresh] [--page FILE] [NAME…]
//
// Weights are zeros that are never written. What was checked before, and did not change, is left alone; --fresh checks
// everything anew. --sample checks every N-th name. Exit status 1 when one is not whole, 5 without the oracle.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openCatalogue } from "@samoyed/models";
import { startOnnxChecker } from "./sweep/onnx-checker.mjs";
import { isWhole, sweepPage } from "./sweep/page.mjs";
import { openResults } from "./sweep/results-file.mjs";
import { resultLine } from "./sweep/result-line.mjs";
import { sweepArchitecture } from "./sweep/sweep-architecture.mjs";

const UNAVAILABLE = 5;
const oracle = join(dirname(fileURLToPath(import.meta.url)), "oracle");
const python = join(oracle, ".venv", "bin", "python");

function registered() {
  const { status, stdout } = spawnSync(python, [join(oracle, "registered.py")], { encoding: "utf8" });
  if (status !== 0) throw new Error(`registered.py ended with ${status}`);
  return JSON.parse(stdout);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: "string", default: "1" },
    fresh: { type: "boolean", default: false },
    page: { type: "string" },
  },
});
if (!existsSync(python)) {
  console.error("sweep: not run: the oracle is not installed\nInstall it: node tools/oracle/setup.mjs");
  process.exit(UNAVAILABLE);
}
const { index } = await openCatalogue();
const hashes = new Map(index.architectures.map(([name, , , , , hash]) => [name, hash]));
const all = [...hashes.keys(), ...index.refused.map(([name]) => name)];
const every = Number(values.sample);
const names = positionals.length > 0 ? positionals : all.filter((_, place) => place % every === 0);
const unknown = names.filter((name) => !all.includes(name));
if (unknown.length > 0 || !(every >= 1) || (values.page !== undefined && names.length < all.length)) {
  console.error(
    unknown.length > 0
      ? `sweep: not in the catalogue: ${unknown.join(", ")}`
      : "sweep: --sample takes a number from 1 on, and --page is about all names",
  );
  process.exit(2);
}

const kept = openResults(join(oracle, ".cache", "sweep.jsonl"), { fresh: values.fresh });
const folder = mkdtempSync(join(tmpdir(), "samoyed-sweep-"));
const checker = startOnnxChecker(python, join(oracle, "check_onnx.py"));
const results = [];
try {
  for (const name of names) {
    const hash = hashes.get(name) ?? "";
    const known = values.fresh ? undefined : kept.get(name, hash);
    const result = known ?? { name, hash, ...(await sweepArchitecture(name, { check: checker.check, folder })) };
    if (known === undefined) kept.add(result);
    results.push(result);
    console.log(resultLine(result));
  }
} finally {
  await checker.close();
  rmSync(folder, { recursive: true, force: true });
}
const refused = results.filter((result) => result.refused !== undefined).length;
const whole = results.filter(isWhole).length;
console.log(`${whole} of ${results.length} whole, ${refused} refused, ${results.length - whole - refused} failed`);
if (values.page !== undefined) {
  writeFileSync(values.page, sweepPage({ modules: registered(), results, versions: index.versions }));
}
process.exitCode = whole + refused === results.length ? 0 : 1;
