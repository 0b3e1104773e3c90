import { existsSync } from "node:fs";
import { type CaseFolder, caseFolders, checkCase } from "@samoyed/check";
import { WEIGHT_TYPES } from "@samoyed/convert";
import { UsageError } from "@samoyed/core";
import { type CaseResult, parseShard, shardOf } from "@samoyed/golden";
import { backendsNamed } from "../backends.ts";
import { requiredBackends } from "../required-backends.ts";
import { checkCensus } from "../check-census.ts";
import { checkModels } from "../check-model.ts";
import { checkReport } from "../check-report.ts";
import type { Command, Values } from "../command.ts";
import { cacheDir } from "../cache.ts";
import { goldenDir } from "../golden-dir.ts";
import { isolated } from "../isolated.ts";
import { resolveSource } from "../resolve-source.ts";
import { choice, flag, list, text } from "../values.ts";

/** The cases that were asked for, or this machine's part of them. */
async function chosenCases(args: readonly string[], values: Values): Promise<readonly CaseFolder[]> {
  const all = await caseFolders(goldenDir(text(values, "golden")), args);
  const given = text(values, "shard");
  if (given === undefined) return all;
  const shard = parseShard(given);
  if (shard.of > all.length) {
    throw new UsageError(`--shard ${given}: there are ${all.length} cases; expected at most as many parts`, {
      hint: `Give --shard I/N with N up to ${all.length}.`,
    });
  }
  return shardOf(all, { shard, key: (entry) => entry.name });
}

export const check: Command = {
  name: "check",
  summary: "hold every backend against the references",
  usage: "[CASE|SET…|census|MODEL…]",
  options: {
    backend: { type: "string", multiple: true, value: "NAME,…", description: "only these backends" },
    require: {
      type: "string",
      multiple: true,
      value: "NAME,…",
      description: "exit with 5 unless these backends ran (all: every one that Node can run)",
    },
    checkpoint: {
      type: "string",
      value: "SOURCE",
      description: "what MODEL was made from; or a file or published name to run in place of a case's own weights",
    },
    images: {
      type: "string",
      multiple: true,
      value: "PATH,…",
      description: "MODEL: images or folders of them to run it on (default: noise from a seed)",
    },
    reference: {
      type: "string",
      value: "FILE",
      description: "MODEL: what PyTorch gave; samoyed reference --python prints a script that writes it",
    },
    weights: {
      type: "string",
      value: "TYPE",
      description: `how artifacts store the weights: ${WEIGHT_TYPES.join(", ")} (default: float32)`,
    },
    taps: { type: "boolean", description: "also compare the values inside the network, block by block" },
    report: { type: "string", value: "DIR", description: "write report.html, report.json and junit.xml there" },
    shard: { type: "string", value: "I/N", description: "run only the I-th of N parts of the cases" },
    only: {
      type: "string",
      multiple: true,
      value: "NAME,…",
      description: "census: only these networks or modules of timm",
    },
    from: {
      type: "string",
      value: "SOURCE",
      description: "census: convert each network from its pt2 file (the default), or from the checkpoint alone",
    },
    coverage: { type: "string", value: "FILE", description: "census: write the page of all results there" },
    golden: { type: "string", value: "DIR", description: "the golden data (default: what came with samoyed)" },
    "accept-license": { type: "boolean", description: "accept the license of a published checkpoint" },
  },
  examples: [
    "samoyed check",
    "samoyed check shapes --weights uint8",
    "samoyed check samoyed-drawn --taps --report report",
    "samoyed check ssl --backend onnxruntime-node,tfjs-wasm",
    "samoyed check shapes --backend onnxruntime-node --require onnxruntime-node",
    "samoyed check models/resnet50.onnx --checkpoint resnet50.pth --images photos",
    "samoyed check census --only test_vit,resnet --backend smyd",
    "samoyed check census --only test_vit --from checkpoint",
    "samoyed check census --coverage docs/coverage.md",
    "samoyed check samoyed --checkpoint ssl_resnext101_32x16d.pth --report report",
  ],
  async run(args, values, context) {
    if (args[0] === "census") return checkCensus(args.slice(1), values, context);
    if (args.some((arg) => existsSync(arg) || /[/\\]/u.test(arg))) return checkModels(args, values, context);
    for (const name of ["images", "reference"]) {
      if (values[name] !== undefined) throw new UsageError(`--${name} is for models of yours: samoyed check MODEL`);
    }
    for (const name of ["only", "from", "coverage"]) {
      if (values[name] !== undefined) throw new UsageError(`--${name} is for the census: samoyed check census`);
    }
    const named = list(values, "backend");
    const backends = backendsNamed(named);
    const stored = choice(values, "weights", WEIGHT_TYPES);
    const required = requiredBackends(list(values, "require"), { backends, stored });
    const asked = [...named, ...required];
    const depth: "outputs" | "layers" = flag(values, "taps") ? "layers" : "outputs";
    const cases = await chosenCases(args, values);
    const given = text(values, "checkpoint");
    if (given !== undefined && cases.length !== 1) {
      throw new UsageError(`--checkpoint with ${cases.length} cases; expected exactly one`, {
        hint: `Name the case: samoyed check CASE --checkpoint ${given}`,
      });
    }
    const accepted = flag(values, "accept-license");
    const checkpoint = given === undefined ? undefined : await resolveSource(given, { accepted, context });
    const { env, signal } = context;
    const own = isolated(backends, context.program);
    const common = { backends: own.backends, asked, stored, depth, checkpoint, cacheDir: cacheDir(env), env, signal };
    try {
      return await checkReport({
        folder: text(values, "report"),
        required,
        context,
        async check(onEvent) {
          const results: CaseResult[] = [];
          for (const { folder } of cases) results.push(await checkCase(folder, { ...common, onEvent }));
          return results;
        },
      });
    } finally {
      own.close();
    }
  },
};
