import { existsSync } from "node:fs";
import { basename } from "node:path";
import { IoError, UnsupportedError, UsageError } from "@samoyed/core";
import { SOURCE_FORMATS } from "@samoyed/convert";
import { downloadCheckpoint, needsAcceptance } from "@samoyed/convert/node";
import { findModel, loadArchitecture, type ModelInfo } from "@samoyed/models";
import { cacheDir } from "./cache.ts";
import type { Context } from "./command.ts";
import { isPublished } from "./is-published.ts";
import { licenseTerms } from "./license-terms.ts";
import { namedModel } from "./named-model.ts";
import { startProgress } from "./progress.ts";
import { refuseAddress } from "./refuse-address.ts";

/** The endings of checkpoints and of converted models: a file is meant, not a published name. */
const FILE_NAME = new RegExp(
  `(?:\\.(?:pth|pt|bin|tar|safetensors|json|ckpt)|${SOURCE_FORMATS.map(({ ending }) => `\\${ending}`).join("|")})$`,
  "iu",
);

/** A checkpoint on this machine. */
export interface LocalSource {
  readonly path: string;
  /** For reports: the file's name. */
  readonly name: string;
  /** The published model, where SOURCE was its name. */
  readonly model?: string;
}

/**
 * The published model of a name.
 *
 * @throws IoError when the name is a file's: the file that was meant is not there.
 * @throws UsageError when it is an address, or no model's name.
 */
async function published(source: string): Promise<ModelInfo> {
  const repository = hubRepository(source);
  if (repository !== undefined) return onHub(source, repository);
  refuseAddress(source);
  // A path, or a file's name with an ending that no model's name has, is never looked up.
  if (/[/\\]/.test(source) || FILE_NAME.test(source)) {
    throw new IoError(`${source}: no such file`, { hint: "Check the path." });
  }
  return namedModel(source, `${source}: no such file, and no published model of that name`);
}

/** OWNER/NAME in a name of the hub; of one without `hf-hub:` only timm's, which no path is mistaken for. */
function hubRepository(source: string): string | undefined {
  return /^(?:hf[-_]hub:([\w.-]+\/[\w.-]+)|(timm\/[\w.-]+))$/u
    .exec(source)
    ?.slice(1)
    .find((found) => found !== undefined);
}

/**
 * The published model of a repository on the hub.
 *
 * @throws UsageError for one that timm does not list: its license and its preprocessing are not known.
 */
async function onHub(source: string, repository: string): Promise<ModelInfo> {
  try {
    return await findModel(repository);
  } catch (cause) {
    if (!(cause instanceof UnsupportedError)) throw cause;
    if (repository.startsWith("timm/")) return namedModel(source, `${source}: timm has no model of that name`);
    throw new UsageError(`${source}: timm lists no model in that repository; only those are downloaded by name`, {
      cause,
      hint: `Read its license, download its file, and convert that: curl -LO https://huggingface.co/${repository}/resolve/main/model.safetensors`,
    });
  }
}

/** Shows the license of what will be downloaded, and has it accepted where it is not a permissive one. */
async function requireLicense(
  model: ModelInfo,
  { accepted, context }: { readonly accepted: boolean; readonly context: Context },
): Promise<void> {
  const { terminal, json, signal } = context;
  const shown = `${model.name} is published under ${licenseTerms(model.license)}`;
  if (accepted || !needsAcceptance(model)) {
    if (terminal.interactive) terminal.err(`${shown}\n`);
    return;
  }
  const details = { model: model.name, license: model.license };
  if (!terminal.confirm || json) {
    throw new UsageError(`the license of ${model.name} has not been accepted: ${licenseTerms(model.license)}`, {
      details,
      hint: "Read it, and give --accept-license.",
    });
  }
  terminal.err(`${shown}\n`);
  if (!(await terminal.confirm("Download it under this license?", signal))) {
    throw new UsageError("the license was not accepted", { details, hint: "Nothing was downloaded." });
  }
}

/** A note on a download that cannot be verified: a file changed at its source or on the way would not be noticed. */
function unverified(name: string, sha256: string): string {
  return `note: ${name}: the server states no hash to verify the file by; its SHA-256, ${sha256}, is kept for the next time\n`;
}

/**
 * SOURCE as a file on this machine: a path, or a published name, which is downloaded once, verified and cached.
 *
 * @throws IoError, UsageError when it is neither.
 */
export async function resolveSource(
  source: string,
  options: { readonly accepted: boolean; readonly context: Context },
): Promise<LocalSource> {
  if (existsSync(source)) return { path: source, name: basename(source) };
  const model = await published(source);
  // Refuses an architecture that cannot be converted, before anything is downloaded.
  await loadArchitecture(model.architectureName);
  const { context } = options;
  // Weights that are not published need no license: the download says so.
  if (isPublished(model)) await requireLicense(model, options);
  const progress = startProgress(context.terminal, "bytes");
  try {
    const path = await downloadCheckpoint(model, {
      cacheDir: cacheDir(context.env),
      env: context.env,
      acceptLicense: true,
      signal: context.signal,
      onProgress: ({ done, total }) => progress.update(`downloading ${model.name}`, done, total),
      onUnverified: (sha256) => context.terminal.err(unverified(model.name, sha256)),
    });
    return { path, name: basename(path), model: model.name };
  } finally {
    progress.stop();
  }
}
