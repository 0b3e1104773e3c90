import { join } from "node:path";
import { cpus, platform, arch } from "node:os";
import { FORMATS } from "@samoyed/convert";
import { convertFile } from "@samoyed/convert/node";
import { UnsupportedError, UsageError } from "@samoyed/core";
import { fileSink } from "@samoyed/core/node";
import {
  type CaseEvent,
  type CaseResult,
  createReport,
  parseShard,
  renderHtml,
  renderTable,
  runCase,
  shardOf,
} from "@samoyed/golden";
import { loadCase } from "@samoyed/golden/node";
import { preprocessImage } from "@samoyed/preprocess";
import { assetReader, imagenetLabels } from "../assets.ts";
import { backendsNamed } from "../backends.ts";
import { cacheDir } from "../cache.ts";
import { caseBackends } from "../check/case-backends.ts";
import { caseCheckpoint } from "../check/case-checkpoint.ts";
import { withScratch } from "../check/scratch.ts";
import { weightsSha256 } from "../check/weights-hash.ts";
import type { Command, Context } from "../command.ts";
import { caseFolders, goldenDir } from "../golden-dir.ts";
import { resolveSource } from "../resolve-source.ts";
import { startProgress } from "../terminal.ts";
import { flag, list, text } from "../values.ts";
import { version } from "../version.ts";
import { makeFolder, writeWhole } from "../write.ts";

interface CheckOptions {
  readonly folder: string;
  readonly backends: readonly string[];
  /** A checkpoint in place of the case's own. */
  readonly checkpoint: { readonly path: string; readonly name: string } | undefined;
  readonly onEvent: (event: CaseEvent) => void;
  readonly context: Context;
}

async function checkCase({ folder, backends, checkpoint, onEvent, context }: CheckOptions): Promise<CaseResult> {
  const { env, signal } = context;
  const loaded = await loadCase(folder);
  const { model, labels: own, checkpoint: caseWeights, preprocess } = loaded.case;
  const asset = assetReader({ env, signal });
  // The names of ImageNet's classes are an asset too: not worth a download where the image is at hand.
  const labels = own ?? (loaded.case.images.some((image) => image.asset) ? await imagenetLabels(asset) : undefined);
  return withScratch(join(cacheDir(env), "scratch"), async (scratch) => {
    const weights = checkpoint && { name: checkpoint.name, sha256: await weightsSha256(checkpoint.path, signal) };
    const other = weights !== undefined && weights.sha256 !== caseWeights.weightsSha256;
    return runCase(loaded, {
      backends: caseBackends(backendsNamed(backends), async (format) => {
        const path = checkpoint?.path ?? (await caseCheckpoint(loaded, { folder, scratch, signal }));
        const standIn = caseWeights.kind === "stand-in" && !other ? { standIn: caseWeights.note } : {};
        const named = caseWeights.kind === "file" && !other ? {} : { model };
        const written = FORMATS.find((known) => known === format);
        if (written === undefined) throw new UnsupportedError(`nothing writes the format ${format} yet`);
        const report = await convertFile(path, {
          formats: [written],
          outDir: scratch,
          signal,
          preprocess,
          ...named,
          ...standIn,
        });
        return join(scratch, report.files[0]!.file);
      }),
      preprocess: preprocessImage,
      asset,
      signal,
      onEvent,
      ...(labels ? { labels } : {}),
      ...(weights ? { weights } : {}),
    });
  });
}

/** Says what is happening, where somebody watches. */
function watcher(context: Context): { onEvent: (event: CaseEvent) => void; stop: () => void } {
  const progress = startProgress(context.terminal, "items");
  return {
    onEvent(event): void {
      if (event.kind === "preprocess") progress.update(`${event.case}: preprocessing`, event.done, event.total);
      else if (event.kind === "open")
        progress.update(`${event.case}: converting and loading for ${event.backend}`, 0, 1);
      else if (event.kind === "image") progress.update(`${event.case}: ${event.backend}`, event.done, event.total);
    },
    stop: () => progress.stop(),
  };
}

export const check: Command = {
  name: "check",
  summary: "hold every backend against the references",
  usage: "[CASE…]",
  options: {
    backend: { type: "string", multiple: true, value: "NAME,…", description: "only these backends" },
    require: {
      type: "string",
      multiple: true,
      value: "NAME,…",
      description: "exit with 5 unless these backends ran (all: every backend)",
    },
    checkpoint: {
      type: "string",
      value: "SOURCE",
      description: "run this checkpoint (a file or a published name) in place of the case's own weights",
    },
    report: { type: "string", value: "DIR", description: "write report.html and report.json there" },
    shard: { type: "string", value: "I/N", description: "run only the I-th of N parts of the cases" },
    golden: { type: "string", value: "DIR", description: "the golden data (default: what came with samoyed)" },
    "accept-license": { type: "boolean", description: "accept the licence of a published checkpoint" },
  },
  examples: [
    "samoyed check",
    "samoyed check shapes --backend onnxruntime-node --require onnxruntime-node",
    "samoyed check samoyed --checkpoint ssl_resnext101_32x16d.pth --report report",
  ],
  async run(args, values, context) {
    const golden = goldenDir(text(values, "golden"));
    const backends = list(values, "backend");
    const chosen = backendsNamed(backends).map((backend) => backend.name);
    const asked = list(values, "require");
    const required = asked.includes("all")
      ? chosen
      : asked.length === 0
        ? []
        : backendsNamed(asked).map((backend) => backend.name);
    const shard = text(values, "shard");
    const all = await caseFolders(golden, args);
    const folders = shard === undefined ? all : shardOf(all, { shard: parseShard(shard), key: (entry) => entry.name });
    const given = text(values, "checkpoint");
    if (given !== undefined && folders.length !== 1) {
      throw new UsageError(
        `--checkpoint with ${folders.length} cases; expected exactly one: samoyed check CASE --checkpoint ${given}`,
      );
    }
    const checkpoint =
      given === undefined
        ? undefined
        : await resolveSource(given, { accepted: flag(values, "accept-license"), context });
    const results: CaseResult[] = [];
    const { onEvent, stop } = watcher(context);
    try {
      for (const { folder } of folders)
        results.push(await checkCase({ folder, backends, checkpoint, onEvent, context }));
    } finally {
      stop();
    }
    const report = createReport(results, {
      generator: `samoyed ${await version()}`,
      environment: {
        date: new Date().toISOString(),
        node: process.versions.node,
        platform: `${platform()} ${arch()}`,
        cpu: cpus()[0]?.model ?? "unknown",
      },
      required,
    });
    const folder = text(values, "report");
    if (folder !== undefined) {
      await makeFolder(folder);
      await writeWhole(
        await fileSink(join(folder, "report.json")),
        new TextEncoder().encode(`${JSON.stringify(report, undefined, 2)}\n`),
      );
      await writeWhole(await fileSink(join(folder, "report.html")), new TextEncoder().encode(renderHtml(report)));
    }
    const table = renderTable(results, { color: context.terminal.color, width: context.terminal.width });
    return {
      json: report,
      text: folder === undefined ? table : `${table.trimEnd()}\n\nreport: ${join(folder, "report.html")}`,
      exitCode: report.summary.exitCode,
    };
  },
};
