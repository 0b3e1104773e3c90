// Speed of the choices in the kernels of .smyd's runtime: pixels of a tile, and the number of pixels that a panel of
// weights passes over before the next one does. Convolutions of ResNeXt-101 32x16d, one thread, GFLOP/s.
//   node tools/bench/smyd-tiles.mjs [--runs N] [--out FILE.json]
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bundle } from "./bundle.mjs";
import { browserInstalled, launch } from "./chromium.mjs";
import { median } from "./measure.mjs";
import { servePage } from "./page-server.mjs";
import { table } from "./table.mjs";
import { TILE_PIXELS } from "../../packages/runtime-smyd/dist/wasm/kernels/tile-pixels.js";

const { values } = parseArgs({ options: { runs: { type: "string", default: "5" }, out: { type: "string" } } });
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
/** Number of measurements of each, in turn with the others. */
const ROUNDS = 5;

const LAYERS = [
  { pixels: 3136, depth: 512, outputs: 256 },
  { pixels: 784, depth: 1024, outputs: 512 },
  { pixels: 196, depth: 2048, outputs: 1024 },
  { pixels: 49, depth: 4096, outputs: 2048 },
];
const TILES = [1, 2, 3, 4, 5, 6];
/** Pixels that a panel passes over before the next one does. */
const BLOCKS = [12, 24, 48, 96, 256, 1024];
const OWN_BLOCK = 256;

const variantsOf = (simd) => [
  ...TILES.map((tile) => ({ name: `${tile} × 8`, simd, tile, block: OWN_BLOCK })),
  ...BLOCKS.map((block) => ({ name: `${block} pixels`, simd, tile: TILE_PIXELS[simd], block })),
];

/** Runs jobs `[layer, variant, runs]` in a process with Node's flags. */
async function inNode(jobs, simd) {
  const flags = simd === "relaxed" ? ["--experimental-wasm-relaxed-simd"] : [];
  const argv = [...flags, here("smyd/tiles-child.mjs"), JSON.stringify(jobs)];
  return JSON.parse(execFileSync(process.execPath, argv, { encoding: "utf8" }));
}

async function inChromium(jobs) {
  const files = new Map((await bundle(here("smyd/tiles-page.mjs"))).map(({ name, bytes }) => [`/${name}`, bytes]));
  files.set("/index.html", Buffer.from(`<!doctype html><script type="module" src="/page.js"></script>`));
  const server = await servePage({ files, isolation: "isolated" });
  const browser = await launch();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    await page.goto(`${server.url}/index.html`);
    await page.waitForFunction(() => window.convolutionSpeed !== undefined);
    const speeds = [];
    for (const job of jobs) speeds.push(await page.evaluate((given) => window.convolutionSpeed(...given), job));
    return speeds;
  } finally {
    await browser.close();
    server.close();
  }
}

const platforms = [
  { name: "Node, plain", simd: "plain", run: inNode },
  { name: "Node, relaxed", simd: "relaxed", run: inNode },
  ...(browserInstalled()
    ? [
        { name: "Chromium, plain", simd: "plain", run: inChromium },
        { name: "Chromium, relaxed", simd: "relaxed", run: inChromium },
      ]
    : []),
];
const columns = [];
for (const { name, simd, run } of platforms) {
  console.error(name);
  const variants = variantsOf(simd);
  const jobs = Array.from({ length: ROUNDS }, () =>
    variants.flatMap((variant) => LAYERS.map((layer) => [layer, variant, Number(values.runs)])),
  ).flat();
  const speeds = await run(jobs, simd);
  const perVariant = variants.map((_, at) => {
    const own = LAYERS.map((__, layer) =>
      median(
        Array.from({ length: ROUNDS }, (___, round) => speeds[(round * variants.length + at) * LAYERS.length + layer]),
      ),
    );
    // The speed of all layers together, each with as many operations.
    return LAYERS.length / own.reduce((sum, speed) => sum + 1 / speed, 0);
  });
  columns.push({ name, speeds: perVariant });
}
const names = variantsOf("plain").map(({ name }) => name);
const section = table(
  ["tile (pixels × channels), or block of pixels", ...columns.map(({ name }) => name)],
  names.map((name, at) => [
    name,
    ...columns.map(({ speeds }) => {
      const text = speeds[at].toFixed(1);
      const rivals = at < TILES.length ? speeds.slice(0, TILES.length) : speeds.slice(TILES.length);
      return speeds[at] === Math.max(...rivals) ? `**${text}**` : text;
    }),
  ]),
);
if (values.out) writeFileSync(values.out, `${JSON.stringify({ columns, names, table: section }, undefined, 2)}\n`);
console.log(section);
