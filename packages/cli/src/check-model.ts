import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { checkModel, type ModelImage } from "@samoyed/check";
import { FORMATS } from "@samoyed/convert/formats";
import { UnsupportedError, UsageError } from "@samoyed/core";
import type { CaseResult } from "@samoyed/golden";
import type { SourceFormat } from "@samoyed/graph";
import type { Backend } from "@samoyed/runtime";
import { artifactEntry, artifactFormat } from "./artifact-format.ts";
import { backendsNamed } from "./backends.ts";
import { checkReport } from "./check-report.ts";
import type { Context, Result, Values } from "./command.ts";
import { isolated } from "./isolated.ts";
import { readWhole } from "./read.ts";
import { requiredBackends } from "./required-backends.ts";
import { resolveSource } from "./resolve-source.ts";
import { flag, list, text } from "./values.ts";

/** Options of `check` that are about Samoyed's own cases. */
const NOT_HERE = ["weights", "taps", "shard", "golden", "only", "from", "coverage"] as const;

/** Names of images in a folder; other files there are not looked at. */
const IMAGE = /\.(?:jpe?g|png|bmp|gif|webp)$/iu;

/** Most images of one check: each is interpreted, which takes seconds. */
const MAX_IMAGES = 1000;

/** The images at paths: files, or folders of them, in the order of their names. */
async function imagesAt(paths: readonly string[], signal: AbortSignal): Promise<readonly ModelImage[]> {
  const files: string[] = [];
  for (const path of paths) {
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (!isFolder) {
      files.push(path);
      continue;
    }
    const found = (await readdir(path)).filter((name) => IMAGE.test(name)).sort();
    if (found.length === 0) throw new UsageError(`--images ${path}: a folder without images`);
    files.push(...found.map((name) => join(path, name)));
  }
  if (files.length > MAX_IMAGES) {
    throw new UsageError(`--images got ${files.length} files; expected at most ${MAX_IMAGES}`, {
      hint: "A few show what is wrong with a network; each takes seconds.",
    });
  }
  return files.map((path) => ({ name: basename(path), read: () => readWhole(path, { signal }) }));
}

function requireOptions(values: Values): void {
  const other = NOT_HERE.find((name) => values[name] !== undefined);
  if (other !== undefined) {
    throw new UsageError(`--${other} is for Samoyed's own cases; a model of yours was given`, {
      hint: `Leave --${other} out.`,
    });
  }
}

interface Model {
  readonly path: string;
  readonly format: SourceFormat;
}

/** The backends that run a model. */
function backendsFor({ path, format }: Model, backends: readonly Backend[]): readonly Backend[] {
  const able = backends.filter((backend) => backend.format === format.name);
  if (able.length > 0) return able;
  const formats = FORMATS.map(({ name }) => name).join(", ");
  throw new UnsupportedError(`${path}: no backend that was asked for runs models in the format ${format.name}`, {
    hint: `Backends run ${formats}. See: samoyed doctor`,
  });
}

async function modelAt(path: string): Promise<Model> {
  const format = await artifactFormat(path);
  if (format === undefined) {
    throw new UsageError(`${path}: not a converted model`, {
      hint: `Convert it, then check it against the file: samoyed check MODEL --checkpoint ${path}`,
    });
  }
  return { path: await artifactEntry(path, format), format };
}

/**
 * `samoyed check MODEL…`: models of the user, each on every backend of its format.
 *
 * @throws UsageError for options that do not go together; what `checkModel` throws.
 */
export async function checkModels(paths: readonly string[], values: Values, context: Context): Promise<Result> {
  requireOptions(values);
  const { signal } = context;
  const named = list(values, "backend");
  const wanted = backendsNamed(named).filter(({ runsIn }) => named.length > 0 || runsIn !== "browser");
  const processes = isolated(wanted, context.program);
  const reference = text(values, "reference");
  const given = text(values, "checkpoint");
  if (reference !== undefined && given !== undefined) {
    throw new UsageError("got --reference and --checkpoint; expected one of them", {
      hint: "What PyTorch gave, --reference, proves more.",
    });
  }
  const models = await Promise.all(paths.map(modelAt));
  const chosen = new Map(models.map((model) => [model, backendsFor(model, processes.backends)]));
  const able = [...new Set([...chosen.values()].flat())];
  const required = requiredBackends(list(values, "require"), { backends: able, stored: "float32" });
  const images = await imagesAt(values["images"] === undefined ? [] : list(values, "images"), signal);
  const accepted = flag(values, "accept-license");
  const checkpoint = given === undefined ? undefined : await resolveSource(given, { accepted, context });
  const interpreted = new Map();
  try {
    return await checkReport({
      folder: text(values, "report"),
      required,
      context,
      async check(onEvent) {
        const common = { images, checkpoint, reference, interpreted, onEvent, signal };
        const results: CaseResult[] = [];
        for (const [{ path, format }, own] of chosen) {
          results.push(await checkModel(path, { ...common, format, backends: own }));
        }
        return results;
      },
    });
  } finally {
    processes.close();
  }
}
