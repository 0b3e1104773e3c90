// Damaged files, for everything that reads bytes of strangers: a model or a typed error, in 2 s, without allocating more
// than a small file may. After a build.
//
//   node tools/fuzz.mjs [TARGET…] [--mutants N] [--seconds S] [--from N] [--concurrency N]
//
// --mutants is for each target (default: no limit), --seconds for all together (default: 60). A finding names its mutant:
// `node tools/fuzz.mjs TARGET --from N --mutants 1` reads that one again. Exit status 1 when there is a finding.
import { parseArgs } from "node:util";
import { fuzzTarget } from "./fuzz/fuzz-target.mjs";
import { OUR_TARGETS, TARGETS } from "./fuzz/targets.mjs";

const SHOWN = 10;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mutants: { type: "string" },
    seconds: { type: "string" },
    from: { type: "string", default: "0" },
    concurrency: { type: "string", default: "2" },
  },
});
const unknown = positionals.filter((name) => !Object.hasOwn(TARGETS, name));
if (unknown.length > 0) {
  console.error(`fuzz: no target is called ${unknown.join(", ")}; there are ${Object.keys(TARGETS).join(", ")}`);
  process.exit(2);
}
const names = positionals.length > 0 ? positionals : OUR_TARGETS;
const concurrency = Number(values.concurrency);
const from = Number(values.from);
const to = values.mutants === undefined ? Number.MAX_SAFE_INTEGER : from + Number(values.mutants);
const whole = values.seconds ?? (values.mutants === undefined ? "60" : "1e9");
const seconds = (Number(whole) * Math.min(concurrency, names.length)) / names.length;

const waiting = [...names];
const line = async () => {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const { mutants, read, refused, findings } = await fuzzTarget(name, { from, to, seconds });
    console.log(`${name.padEnd(22)} ${mutants} mutants: ${read} read, ${refused} refused, ${findings.length} findings`);
    for (const { mutant, problem } of findings.slice(0, SHOWN)) console.error(`${name} ${mutant}: ${problem}`);
    if (findings.length > 0) process.exitCode = 1;
  }
};
await Promise.all(Array.from({ length: Math.min(concurrency, names.length) }, line));
