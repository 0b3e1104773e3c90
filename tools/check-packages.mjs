// Checks what users install: packs every package, inspects the tarballs, installs them into an empty project, and uses
// them there as in the READMEs. `node tools/check-packages.mjs`; takes about half a minute.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chalk, echo } from "zx";
import { inspectTarball } from "./package-checks/inspect-tarball.mjs";
import { installAndUse } from "./package-checks/install-and-use.mjs";
import { packAll } from "./package-checks/pack-all.mjs";

/** Number of tarballs inspected in parallel. */
const AT_ONCE = 2;

const folder = await mkdtemp(join(tmpdir(), "samoyed-packages-"));
const problems = [];

/** Runs a step, and counts the problems it finds. */
async function step(name, work) {
  const start = performance.now();
  const found = await work();
  problems.push(...found);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  echo(`${found.length === 0 ? chalk.green("ok    ") : chalk.red("failed")} ${name} ${chalk.dim(`${seconds} s`)}`);
  for (const line of found) echo(`       ${line}`);
}

try {
  const packed = await packAll(join(folder, "tarballs"));
  const waiting = [...packed];
  const work = async () => {
    for (let pack = waiting.shift(); pack; pack = waiting.shift()) {
      const { name, version } = pack;
      await step(`${name} ${version}`, () => inspectTarball(pack, { scratch: folder }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await step("installed and used", () => installAndUse(packed, { project: join(folder, "project") }));
} finally {
  if (process.env.SAMOYED_KEEP) echo(`kept: ${folder}`);
  else await rm(folder, { recursive: true, force: true });
}
echo(problems.length === 0 ? "packages: everything that users install works" : `packages: ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
