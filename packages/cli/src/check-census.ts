import { cpus } from "node:os";
import {
  CENSUS_SOURCES,
  type CensusNetwork,
  censusLines,
  censusNetworks,
  censusSummaryText,
  checkNetwork,
  coveragePage,
} from "@samoyed/check";
import { UsageError } from "@samoyed/core";
import { type CensusResult, parseShard, shardOf, summarizeCensus } from "@samoyed/golden";
import { backendsNamed } from "./backends.ts";
import { cacheDir } from "./cache.ts";
import type { Context, Result, Values } from "./command.ts";
import { goldenDir } from "./golden-dir.ts";
import { startProgress } from "./progress.ts";
import { requiredBackends } from "./required-backends.ts";
import { choice, list, text } from "./values.ts";
import { version } from "./version.ts";
import { writeFiles } from "./write.ts";

/** Options of `check` that are about cases with images. */
const NOT_HERE = ["checkpoint", "weights", "taps", "report", "accept-license"] as const;
/** Takes minutes for many networks: runs where it is named. */
const SLOW = "tfjs-cpu";

/** The networks that were asked for and have a case, or this machine's part of them. */
function chosen(networks: readonly CensusNetwork[], values: Values): readonly Required<CensusNetwork>[] {
  const recorded = networks.filter((network): network is Required<CensusNetwork> => network.folder !== undefined);
  const given = text(values, "shard");
  if (given === undefined) return recorded;
  return shardOf(recorded, { shard: parseShard(given), key: ({ name }) => name });
}

function requireOptions(args: readonly string[], values: Values): void {
  if (args.length > 0) {
    throw new UsageError(`check census got ${JSON.stringify(args[0])}; expected no names after "census"`, {
      hint: `Name networks with --only: samoyed check census --only ${args.join(",")}`,
    });
  }
  const other = NOT_HERE.find((name) => values[name] !== undefined);
  if (other !== undefined) throw new UsageError(`check census takes no --${other}: its weights come from a seed`);
  const partial = ["only", "shard"].find((name) => values[name] !== undefined);
  if (partial !== undefined && values["coverage"] !== undefined) {
    throw new UsageError(`check census got --coverage and --${partial}; the page is about all networks`, {
      hint: `Leave --${partial} out.`,
    });
  }
}

/**
 * `samoyed check census`: the smallest network of each of timm's modules, on every backend.
 *
 * @throws UsageError for options that do not go together, and for unknown names.
 */
export async function checkCensus(args: readonly string[], values: Values, context: Context): Promise<Result> {
  requireOptions(args, values);
  const named = list(values, "backend");
  const backends = backendsNamed(named).filter(
    ({ name, runsIn }) => named.length > 0 || (name !== SLOW && runsIn !== "browser"),
  );
  const required = requiredBackends(list(values, "require"), { backends, stored: "float32" });
  const networks = await censusNetworks(goldenDir(text(values, "golden")), list(values, "only"));
  const cases = chosen(networks, values);
  const from = choice(values, "from", CENSUS_SOURCES);
  const { env, signal } = context;
  const progress = startProgress(context.terminal, "items");
  const results: CensusResult[] = [];
  try {
    for (const { name, folder } of cases) {
      const onBackend = (backend: string): void => progress.update(`${name}: ${backend}`, results.length, cases.length);
      results.push(await checkNetwork(folder, { backends, from, cacheDir: cacheDir(env), onBackend, signal }));
    }
  } finally {
    progress.stop();
  }
  const summary = summarizeCensus(results, { required });
  const page = text(values, "coverage");
  if (page !== undefined) {
    const platform = `${cpus()[0]?.model ?? "unknown"}, Node ${process.versions.node}`;
    const bytes = new TextEncoder().encode(coveragePage({ networks, results, from, platform }));
    await writeFiles([{ path: page, bytes }]);
  }
  const unrecorded = networks.length - networks.filter(({ folder }) => folder !== undefined).length;
  const lines = [
    ...results.map(censusLines),
    ...(unrecorded > 0 ? [`${unrecorded} of ${networks.length} networks have no case`] : []),
    censusSummaryText(summary),
    ...(page === undefined ? [] : [`coverage: ${page}`]),
  ];
  return {
    json: { schema: 1, generator: `samoyed ${await version()}`, from, results, unrecorded, summary },
    text: lines.join("\n"),
    exitCode: summary.exitCode,
  };
}
