// The section of docs/benchmarks.md about the runtime of .smyd models, from the results of tools/bench/smyd.mjs.
import { table } from "../table.mjs";

const WHERE = { node: "Node", chromium: "Chromium" };
const YARDSTICK = "onnxruntime-web";
const ms = (value) => (value === undefined ? "–" : value < 100 ? `${value.toFixed(1)} ms` : `${value.toFixed(0)} ms`);
const times = (value) => (value === undefined ? "–" : value.toFixed(2));
const kilobytes = (value) => `${(value / 1000).toFixed(value < 1e6 ? 1 : 0)} KB`;

/** Makes the rows of one platform: an engine on a network, with one thread and two side by side. */
function speeds(rows) {
  const of = (model, name, threads) =>
    rows.find((row) => row.model === model && row.name === name && row.threads === threads);
  return rows
    .filter(({ threads }) => threads === 1)
    .map((one) => {
      const two = of(one.model, one.name, 2);
      const against = (row) => row && of(row.model, YARDSTICK, row.threads).runMs / row.runMs;
      return [
        one.model,
        one.name,
        ms(one.loadMs),
        ms(one.firstMs),
        ms(one.runMs),
        `**${times(against(one))}**`,
        ms(two?.runMs),
        two ? `**${times(against(two))}**` : "–",
        times(two && one.runMs / two.runMs),
        one.peakMB === undefined ? "not measured" : `${one.peakMB.toFixed(0)} MB`,
      ];
    });
}

/** Makes the section's text, below its heading. */
export function smydSection({ rows, downloads, loads, notRun }) {
  const parts = [
    `\`node tools/bench/smyd.mjs\`: one image a run, stand-in weights (networks of other families: \`--model FILE.pt2 --without tfjs-wasm\`, exported by \`tools/oracle/export_networks.py\`), every engine in a process or a browser of its own; in turn, four runs
each after one that is not counted. “×” is how many times as fast as ${YARDSTICK} with as many threads. Loading reads the model from the disk (Node) or a server on this
machine (Chromium). Peak memory is the process's with one thread (in Chromium the page's), the engine and the harness included.`,
  ];
  for (const [platform, name] of Object.entries(WHERE)) {
    const found = rows.filter((row) => row.platform === platform);
    if (found.length === 0) continue;
    const head = [
      "network",
      "engine",
      "load",
      "first",
      "1 thread",
      "×",
      "2 threads",
      "×",
      "2 threads against 1",
      "peak memory",
    ];
    parts.push(`### ${name}`, table(head, speeds(found)));
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
