// Plants faults in converted models, one at a time, and checks that each is noticed or changes no answer. After a build.
//
//   node tools/sweep-plants.mjs [--case NAME,…] [--format onnx,tfjs,smyd] [--only TEXT] [--golden DIR]
//
// Without names: the cases shapes, samoyed-resnet18 and samoyed-drawn, in every format. Exit status 1 when one is missed.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { onnxruntimeNode } from "@samoyed/runtime-onnx";
import { smyd } from "@samoyed/runtime-smyd";
import { tfjsWasm } from "@samoyed/runtime-tfjs";
import { PLANTS } from "./plants/index.mjs";
import { openPlantedCase } from "./plants/open-planted-case.mjs";
import { preprocessOnce } from "./plants/preprocess-once.mjs";
import { runArtifact, tryPlant } from "./plants/try-plant.mjs";

const ENGINES = { onnx: onnxruntimeNode, tfjs: tfjsWasm, smyd };
const { values } = parseArgs({
  options: {
    case: { type: "string", default: "shapes,samoyed-resnet18,samoyed-drawn" },
    format: { type: "string", default: Object.keys(ENGINES).join() },
    only: { type: "string", default: "" },
    golden: { type: "string", default: join(dirname(fileURLToPath(import.meta.url)), "..", "golden") },
  },
});
const formats = values.format.split(",");
const unknown = formats.find((format) => !(format in ENGINES));
const plants = PLANTS.filter(({ name, theme }) => `${theme}: ${name}`.includes(values.only));
if (unknown !== undefined || plants.length === 0) {
  console.error(unknown === undefined ? `sweep: no fault is called ${values.only}` : `sweep: no format ${unknown}`);
  process.exit(2);
}

const all = {};
const add = (counts, key) => (counts[key] = (counts[key] ?? 0) + 1);
for (const name of values.case.split(",")) {
  const planted = await openPlantedCase(join(values.golden, "cases", name));
  const preprocess = preprocessOnce();
  try {
    planted.model = await planted.convert();
    for (const format of formats) {
      const counts = {};
      const by = {};
      const backend = ENGINES[format]();
      const clean = await runArtifact(planted, {
        backend,
        path: await planted.write(planted.model, format, "clean"),
        preprocess,
      });
      if (clean.verdict.kind !== "passed") throw new Error(`${name}, ${format}: ${JSON.stringify(clean.verdict)}`);
      for (const plant of plants) {
        const result = await tryPlant(planted, plant, { backend, preprocess, clean });
        add(counts, result.outcome);
        add(all, result.outcome);
        for (const check of result.outcome === "caught" ? result.by : []) add(by, check);
        if (result.outcome === "caught") continue;
        const change = result.change === undefined ? "" : `, ${result.change.toPrecision(2)} F`;
        console.log(
          `${name}, ${format}: ${result.outcome}${change}: ${plant.name} ${result.by.join("; ").slice(0, 200)}`,
        );
      }
      console.log(`${name}, ${format}: ${JSON.stringify(counts)}, by ${JSON.stringify(by)}`);
    }
  } finally {
    await planted.close();
  }
}
console.log(`${plants.length} faults: ${JSON.stringify(all)}`);
process.exitCode = (all.missed ?? 0) > 0 ? 1 : 0;
