// The section of docs/benchmarks.md about the runtime of .smyd models, from the results of tools/bench/smyd.mjs.
import { table } from "../table.mjs";

const WHERE = { node: "Node", chromium: "Chromium" };
/** Engines that the others are compared with. */
const YARDSTICKS = { node: ["onnxruntime-web"], chromium: ["onnxruntime-web", "LiteRT.js"] };
const ms = (value) => (value === undefined ? "–" : value < 100 ? `${value.toFixed(1)} ms` : `${value.toFixed(0)} ms`);
const times = (value) => (value === undefined ? "–" : value.toFixed(2));
const kilobytes = (value) => `${(value / 1000).toFixed(value < 1e6 ? 1 : 0)} KB`;

/** Makes the rows of one platform: an engine on a network, with one thread and two side by side. */
function speeds(rows, yardsticks) {
  const of = (model, name, threads) =>
    rows.find((row) => row.model === model && row.name === name && row.threads === threads);
  return rows
    .filter(({ threads }) => threads === 1)
    .map((one) => {
      const two = of(one.model, one.name, 2);
      const against = (row) =>
        yardsticks.map((name) => {
          const yardstick = row && of(row.model, name, row.threads);
          return yardstick ? `**${times(yardstick.runMs / row.runMs)}**` : "–";
        });
      return [
        one.model,
        one.name,
        ms(one.loadMs),
        ms(one.firstMs),
        ms(one.runMs),
        ...against(one),
        ms(two?.runMs),
        ...against(two),
        times(two && one.runMs / two.runMs),
        one.peakMB === undefined ? "not measured" : `${one.peakMB.toFixed(0)} MB`,
      ];
    });
}

/** Makes the section's text, below its heading. */
export function smydSection({ rows, downloads, loads, notRun }) {
  const parts = [
    `\`node tools/bench/smyd.mjs\`: one image a run, every engine in a process or a browser of its own; in turn, four runs each
after one that is not counted. “×” is how many times as fast as that engine with as many threads. Loading reads the model from
the disk (Node) or a server on this machine (Chromium). Peak memory is the process's with one thread (in Chromium the page's),
the engine and the harness included. Three networks have stand-in weights, timm's are exported by
\`tools/oracle/export_networks.py\`, and yolov8n is a trained detector, NudeNet's, at two sizes. LiteRT.js runs on the processor,
with relaxed SIMD, what litert-torch writes of the exported program; of yolov8n, what it writes of the same \`.onnx\` file that
onnxruntime-web runs (\`tools/oracle/write_tflite.py\`).`,
  ];
  for (const [platform, name] of Object.entries(WHERE)) {
    const found = rows.filter((row) => row.platform === platform);
    if (found.length === 0) continue;
    const against = YARDSTICKS[platform].map((yardstick) => `× ${yardstick}`);
    const head = [
      ...["network", "engine", "load", "first", "1 thread", ...against],
      ...["2 threads", ...against, "2 threads against 1", "peak memory"],
    ];
    parts.push(`### ${name}`, table(head, speeds(found, YARDSTICKS[platform])));
  }
  if (downloads.length > 0) {
    parts.push(
      "### What a page downloads",
      "JavaScript and WebAssembly that Chromium fetched until the first output, minified; the page's own program is part of it (1 KB).",
      table(
        ["engine", "as it is", "gzip", "brotli"],
        downloads.map(({ name, raw, gzip, brotli }) => [name, kilobytes(raw), kilobytes(gzip), kilobytes(brotli)]),
      ),
    );
  }
  if (loads.length > 0) {
    parts.push(
      "### Loading against reading",
      "Reading is the file's bytes in one buffer: `readSync` in Node, `fetch` and `arrayBuffer` in Chromium. Loading hashes them, too.",
      table(
        ["network", "platform", "file", "read", "load", "ratio"],
        loads.map(({ model, platform, megabytes, readMs, loadMs, ratio }) => [
          ...[model, WHERE[platform], `${megabytes.toFixed(0)} MB`, ms(readMs), ms(loadMs), `**${times(ratio)}**`],
        ]),
      ),
    );
  }
  return [...parts, ...notRun.map((line) => `Not run: ${line}.`)].join("\n\n");
}
