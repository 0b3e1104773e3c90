import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { rewriteAll } from "@samoyed/convert";
import { CANONICAL_OPERATORS, expandOperators } from "@samoyed/graph";
import { buildModel, encodeArchitecture, modelParameters, tapsOf } from "@samoyed/models";
import { exportedNetwork } from "../architectures/exported-network.mjs";
import { zeroState } from "./zero-weights.mjs";
import { writeHollowOnnx } from "./write-hollow-onnx.mjs";
import { startOnnxChecker } from "./onnx-checker.mjs";
const dir = process.argv[2],
  out = process.argv[3];
const done = new Set(
  existsSync(out)
    ? readFileSync(out, "utf8")
        .split("\n")
        .map((l) => l.split(" ")[0])
    : [],
);
const folder = mkdtempSync("/tmp/sweep-");
const { check, close } = startOnnxChecker("tools/oracle/.venv/bin/python", "tools/oracle/check_onnx.py");
const only = process.argv.slice(4);
for (const f of readdirSync(dir).sort()) {
  if (!f.endsWith(".json.gz") || f.endsWith(".taps.json.gz")) continue;
  const name = f.slice(0, -8);
  if (only.length ? !only.includes(name) : done.has(name)) continue;
  const t = performance.now();
  let step = "read",
    text = "ok";
  try {
    const read = (p) => JSON.parse(gunzipSync(readFileSync(p)).toString());
    const doc = read(`${dir}/${f}`);
    if (doc.refused) {
      text = "refused by the export: " + doc.refused;
      throw undefined;
    }
    const tp = `${dir}/${name}.taps.json.gz`;
    step = "converted from pt2";
    const file = JSON.parse(
      JSON.stringify(await encodeArchitecture(await exportedNetwork(doc, existsSync(tp) ? read(tp) : undefined))),
    );
    const architecture = { family: "catalogue", name, fileName: name, file, channels: Number(file.graph.input[1]) };
    const own = doc.config.num_classes || 0;
    for (const numClasses of own ? [own, 17, 0] : [0]) {
      step = `built ${numClasses}`;
      const tensors = zeroState(modelParameters(architecture, { numClasses }));
      const taps = tapsOf(architecture).length > 0 && numClasses === own;
      const built = buildModel({ architecture, numClasses, tensors, name, taps });
      step = `rewritten ${numClasses}`;
      const { graph } = expandOperators(rewriteAll(built, {}).graph, CANONICAL_OPERATORS);
      step = `written ${numClasses}`;
      await writeHollowOnnx(graph, folder + "/model.onnx");
      step = `checked ${numClasses}`;
      const e = await check(folder + "/model.onnx");
      rmSync(folder + "/model.onnx");
      rmSync(folder + "/model.onnx.data");
      if (e) throw new Error(e);
    }
    text = `ok ${doc.open ? "open" : "fixed"} ${tapsOf(architecture).length} taps`;
  } catch (e) {
    if (e) text = `NOT ${step}: ${e.message.slice(0, 300)}`;
  }
  appendFileSync(out, `${name} ${text} ${Math.round(performance.now() - t)} ms\n`.replace(/\n(?!$)/g, " "));
}
await close();
