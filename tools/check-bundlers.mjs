// Tries the packages wherever people build: makes a project of this checkout's tarballs, and in each place bundles or runs
// a script that classifies an image, in Chromium where it is a page. The class must be the one that Node gives.
//   node tools/check-bundlers.mjs            every place: half an hour
//   node tools/check-bundlers.mjs PLACE…     some of them; `vite` means all whose names begin so
//   node tools/check-bundlers.mjs --fast     those of every change: a minute or two
//   --require                                what cannot run here counts as failed
//   --write                                  writes docs/places.md, from the last run of each place on this machine
//   --project FOLDER                         uses a project that SAMOYED_KEEP=1 kept, in place of packing a new one
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chalk, echo } from "zx";
import { judge } from "./bundlers/judge.mjs";
import { closeBrowser } from "./bundlers/page.mjs";
import { FAST, PLACES } from "./bundlers/places/all.mjs";
import { nodeScript, writeScript } from "./bundlers/places/node.mjs";
import { runProgram } from "./bundlers/places/run-program.mjs";
import { placesPage } from "./bundlers/places-page.mjs";
import { makeProject } from "./bundlers/project.mjs";
import { keepResult, lastResult } from "./bundlers/results.mjs";
import { RUNTIMES } from "./bundlers/runtimes.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    fast: { type: "boolean" },
    require: { type: "boolean" },
    write: { type: "boolean" },
    project: { type: "string" },
  },
});

const wanted = options.fast ? FAST : positionals;
const chosen = PLACES.filter(({ name }) =>
  options.fast ? wanted.includes(name) : wanted.length === 0 || wanted.some((start) => name.startsWith(start)),
);
if (chosen.length === 0) {
  console.error(`no place is named ${wanted.join(", ")}; there are ${PLACES.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

const COLORS = {
  passed: chalk.green,
  cured: chalk.green,
  refused: chalk.green,
  failed: chalk.red,
  "not run": chalk.yellow,
};
const scratch = options.project ?? (await mkdtemp(join(tmpdir(), "samoyed-places-")));
const rows = [];

/** The class and probability in this Node: what every place must give. */
async function expectedAnswer(app) {
  const [runtime] = RUNTIMES;
  const script = await writeScript(app, "expected.mjs", nodeScript(runtime, "import"));
  return runProgram([process.execPath, script], { cwd: app });
}

try {
  const app = options.project ?? (await makeProject(scratch));
  const expected = await expectedAnswer(app);
  echo(`Node: ${expected.label} ${expected.probability.toFixed(4)}`);
  for (const place of chosen) {
    const cells = {};
    for (const runtime of RUNTIMES) {
      const start = performance.now();
      const cell = await judge({
        attempt: (cure) => place.attempt({ app, runtime, cure }),
        answers: place.answers,
        cures: place.cures(runtime),
        refuses: place.refuses?.(runtime),
        expected,
        preferred: [...runtime.preferred, ...(place.accepts ?? [])],
      });
      cells[runtime.name] = cell;
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      const { verdict, note, refusal } = cell;
      echo(`${COLORS[verdict](verdict.padEnd(8))}${place.name} ${runtime.name} ${chalk.dim(`${seconds} s`)}`);
      for (const line of [note, refusal]) if (line) echo(`        ${line}`);
    }
    rows.push(cells);
    await keepResult(place.name, cells);
  }
} finally {
  await closeBrowser();
  if (process.env.SAMOYED_KEEP) echo(`kept: ${scratch}`);
  else if (!options.project) await rm(scratch, { recursive: true, force: true });
}

const verdicts = rows.flatMap((cells) => Object.values(cells).map(({ verdict }) => verdict));
const count = (verdict) => verdicts.filter((found) => found === verdict).length;
if (options.write) {
  const table = await Promise.all(PLACES.map(async (place) => ({ place, cells: await lastResult(place.name) })));
  await writeFile(new URL("../docs/places.md", import.meta.url), placesPage(table));
}
const failed = count("failed") + (options.require ? count("not run") : 0);
echo(
  `places: ${count("passed")} passed, ${count("cured")} with configuration, ${count("refused")} refused, ${count("failed")} failed, ${count("not run")} not run`,
);
process.exitCode = failed === 0 ? 0 : 1;
