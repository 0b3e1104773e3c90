// The runtime of .smyd models compared with onnxruntime-web, onnxruntime-node and tfjs-wasm, in Node and in Chromium: the
// download of a page, loading, the first inference and later ones, peak memory, one thread and two.
//   node tools/bench/smyd.mjs [--model NAME,FILE.pt2,…] [--platform node,chromium] [--without ENGINE] [--out FILE.json]
// A network by name has stand-in weights. Each engine has its own process or browser; they run in turn, one image per run.
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

/** Larger networks have longer runs, which vary less. */
const NETWORKS = {
  resnet18: { starts: 5, rounds: 5 },
  ssl_resnext50_32x4d: { starts: 3, rounds: 3 },
  ssl_resnext101_32x16d: { starts: 1, rounds: 1 },
};
/** Any other, of which `--model` gives the file. */
const OTHER = { starts: 2, rounds: 3 };
/** The largest network shows the cost of loading best. */
const LOADED = "ssl_resnext101_32x16d";
const LOADS = 5;

const { values } = parseArgs({
  options: {
    model: { type: "string", default: Object.keys(NETWORKS).join(",") },
    platform: { type: "string", default: "node,chromium" },
    without: { type: "string" },
    out: { type: "string" },
  },
});
// Next to the checkout and not in the system's temporary folder, which may be in memory.
const folder = mkdtempSync(fileURLToPath(new URL("../../.bench-", import.meta.url)));
const report = {
  node: process.versions.node,
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  rows: [],
  loads: [],
  notRun: [],
};

/** Download of each engine's page with one thread, measured once: the best compression of megabytes takes a while. */
function downloadsOf(rows) {
  const files = new Map();
  for (const { name, threads, downloaded } of rows) if (downloaded && threads === 1) files.set(name, downloaded);
  return [...files].map(([name, downloaded]) => ({ name, ...weigh(downloaded) }));
}

try {
  for (const source of values.model.split(",")) {
    const model = { folder, ...makeModels(source, folder) };
    const { name } = model;
    for (const platform of values.platform.split(",")) {
      if (platform === "chromium" && !browserInstalled()) {
        report.notRun.push(`${name} in Chromium: it is not installed (apt-get install chromium, or set CHROME_PATH)`);
        continue;
      }
      console.error(`${name}, ${platform}`);
      const about = { platform, model: name, megabytes: model.bytes / 1e6 };
      const contenders = contendersOf(platform, model).filter((contender) => contender.name !== values.without);
      const rows = await compare(contenders, NETWORKS[name] ?? OTHER);
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
