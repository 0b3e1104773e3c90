// The runtime of .smyd models beside onnxruntime-web, onnxruntime-node and tfjs-wasm, in Node and in Chromium: what a page
// downloads, loading, the first inference and the others, peak memory, one thread and two.
//   node tools/bench/smyd.mjs [--model NAME,…] [--platform node,chromium] [--out FILE.json]
// Stand-in weights. Each engine has a process or a browser of its own; they run in turn, one image a run.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { weigh } from "./bundle.mjs";
import { browserInstalled } from "./chromium.mjs";
import { compare } from "./smyd/compare.mjs";
import { contendersOf, loadersOf } from "./smyd/contenders.mjs";
import { makeModels } from "./smyd/models.mjs";
import { smydSection } from "./smyd/section.mjs";

/** The larger the network, the longer a run and the less it varies. */
const NETWORKS = {
  resnet18: { starts: 5, rounds: 5 },
  ssl_resnext50_32x4d: { starts: 3, rounds: 3 },
  ssl_resnext101_32x16d: { starts: 1, rounds: 1 },
};
/** The largest network shows best what loading costs. */
const LOADED = "ssl_resnext101_32x16d";
const LOADS = 5;

const { values } = parseArgs({
  options: {
    model: { type: "string", default: Object.keys(NETWORKS).join(",") },
    platform: { type: "string", default: "node,chromium" },
    out: { type: "string" },
  },
});
// Beside the checkout and not in the system's temporary folder, which may be memory.
const folder = mkdtempSync(fileURLToPath(new URL("../../.bench-", import.meta.url)));
const report = {
  node: process.versions.node,
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  rows: [],
  loads: [],
  notRun: [],
};

/** What each engine's page downloaded with one thread, weighed once: the best compression of megabytes takes a while. */
function downloadsOf(rows) {
  const files = new Map();
  for (const { name, threads, downloaded } of rows) if (downloaded && threads === 1) files.set(name, downloaded);
  return [...files].map(([name, downloaded]) => ({ name, ...weigh(downloaded) }));
}

try {
  for (const name of values.model.split(",")) {
    const model = { folder, ...makeModels(name, folder) };
    for (const platform of values.platform.split(",")) {
      if (platform === "chromium" && !browserInstalled()) {
        report.notRun.push(`${name} in Chromium: it is not installed (apt-get install chromium, or set CHROME_PATH)`);
        continue;
      }
      console.error(`${name}, ${platform}`);
      const about = { platform, model: name, megabytes: model.bytes / 1e6 };
      const rows = await compare(contendersOf(platform, model), NETWORKS[name]);
      report.rows.push(...rows.map((row) => ({ ...about, ...row })));
      if (name !== LOADED) continue;
      const [read, load] = await compare(loadersOf(platform, model), { starts: LOADS, rounds: 0 });
      report.loads.push({ ...about, readMs: read.loadMs, loadMs: load.loadMs, ratio: load.loadMs / read.loadMs });
    }
    rmSync(`${folder}/${name}`, { recursive: true });
  }
  report.downloads = downloadsOf(report.rows);
  for (const row of report.rows) delete row.downloaded;
  if (values.out) writeFileSync(values.out, `${JSON.stringify(report, undefined, 2)}\n`);
  console.log(smydSection(report));
} finally {
  rmSync(folder, { recursive: true });
}
