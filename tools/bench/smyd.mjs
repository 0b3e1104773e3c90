// The runtime of .smyd models compared with onnxruntime-web, onnxruntime-node, LiteRT.js and tfjs-wasm, in Node and in
// Chromium: the download of a page, loading, the first inference and later ones, peak memory, one thread and two.
//   node tools/bench/smyd.mjs [--model NAME,FILE.pt2,…] [--platform node,chromium] [--without ENGINE,…]
//     [--threads 1,2] [--out FILE.json]
// Names are in smyd/networks.mjs. Each engine has its own process or browser; they run in turn, one image per run.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { weigh } from "./bundle.mjs";
import { browserInstalled } from "./chromium.mjs";
import { compare } from "./smyd/compare.mjs";
import { absentOf, contendersOf, loadersOf } from "./smyd/contenders.mjs";
import { makeModels } from "./smyd/models.mjs";
import { FILE, NETWORKS } from "./smyd/networks.mjs";
import { NotRun } from "./smyd/not-run.mjs";
import { smydSection } from "./smyd/section.mjs";

/** The largest network shows the cost of loading best. */
const LOADED = "ssl_resnext101_32x16d";
const LOADS = 5;

const { values } = parseArgs({
  options: {
    model: { type: "string", default: Object.keys(NETWORKS).join(",") },
    platform: { type: "string", default: "node,chromium" },
    without: { type: "string", default: "" },
    threads: { type: "string", default: "1,2" },
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
  downloads: [],
  notRun: [],
};

/** Download of each engine's page with one thread, measured once: the best compression of megabytes takes a while. */
function downloadsOf(rows) {
  const files = new Map();
  for (const { name, threads, downloaded } of rows) if (downloaded && threads === 1) files.set(name, downloaded);
  return [...files].map(([name, downloaded]) => ({ name, ...weigh(downloaded) }));
}

/** Measures one network on each platform. */
async function measure(source) {
  const model = { folder, ...makeModels(source, folder) };
  const { name } = model;
  const { starts, rounds, without } = NETWORKS[source] ?? FILE;
  for (const platform of values.platform.split(",")) {
    if (platform === "chromium" && !browserInstalled()) {
      report.notRun.push(`${name} in Chromium: it is not installed (apt-get install chromium, or set CHROME_PATH)`);
      continue;
    }
    console.error(`${name}, ${platform}`);
    report.notRun.push(...absentOf(platform, model));
    const about = { platform, model: name, megabytes: model.bytes / 1e6 };
    const some = {
      without: [...without, ...values.without.split(",")],
      threads: values.threads.split(",").map(Number),
    };
    const rows = await compare(contendersOf(platform, model, some), { starts, rounds });
    report.rows.push(...rows.map((row) => ({ ...about, ...row })));
    if (name !== LOADED) continue;
    const [read, load] = await compare(loadersOf(platform, model), { starts: LOADS, rounds: 0 });
    report.loads.push({ ...about, readMs: read.loadMs, loadMs: load.loadMs, ratio: load.loadMs / read.loadMs });
  }
  rmSync(`${folder}/${name}`, { recursive: true });
}

/** Writes what is measured so far: an hour's results outlast an engine that fails. */
function save() {
  if (values.out === undefined) return;
  const plain = { ...report, rows: report.rows.map(({ downloaded, ...row }) => row) };
  writeFileSync(values.out, `${JSON.stringify(plain, undefined, 2)}\n`);
}

try {
  for (const source of values.model.split(",")) {
    try {
      await measure(source);
    } catch (error) {
      if (!(error instanceof NotRun)) throw error;
      report.notRun.push(`${source}: ${error.message}`);
    }
    save();
  }
  report.downloads = downloadsOf(report.rows);
  save();
  console.log(smydSection(report));
} finally {
  rmSync(folder, { recursive: true });
}
