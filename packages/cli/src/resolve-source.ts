import { existsSync } from "node:fs";
import { basename } from "node:path";
import { IoError, SamoyedError, UsageError } from "@samoyed/core";
import { downloadCheckpoint } from "@samoyed/convert/node";
import { findModel, type ModelInfo } from "@samoyed/models";
import { cacheDir } from "./cache.ts";
import type { Context } from "./command.ts";
import { startProgress } from "./terminal.ts";

/** A checkpoint on this machine. */
export interface LocalSource {
  readonly path: string;
  /** For reports: the file's name. */
  readonly name: string;
  /** The published model, where SOURCE was its name. */
  readonly model?: string;
}

function published(source: string): ModelInfo | undefined {
  // A path, or a file's name with an ending that no model's name has, is never looked up.
  if (/[/\\]/.test(source) || /\.(pth|pt|bin|tar|safetensors|json|ckpt|pt2|onnx)$/i.test(source)) return undefined;
  try {
    return findModel(source);
  } catch (error) {
    if (error instanceof SamoyedError) return undefined;
    throw error;
  }
}

async function requireLicense(model: ModelInfo, accepted: boolean, { terminal, json }: Context): Promise<void> {
  if (accepted) return;
  if (terminal.confirm && !json) {
    terminal.err(`${model.name} is published under ${model.license}.\n`);
    if (await terminal.confirm("Download it under this licence?")) return;
    throw new SamoyedError("aborted", "the licence was not accepted", { hint: "nothing was downloaded" });
  }
  throw new UsageError(`${model.name} is published under ${model.license}, which has not been accepted`, {
    hint: "read it, and give --accept-license",
  });
}

/**
 * SOURCE as a file on this machine: a path, or a published name, which is downloaded once, verified and cached.
 *
 * @throws IoError when it is neither.
 */
export async function resolveSource(
  source: string,
  options: { readonly accepted: boolean; readonly context: Context },
): Promise<LocalSource> {
  if (existsSync(source)) return { path: source, name: basename(source) };
  const model = published(source);
  if (!model) {
    throw new IoError(`${source}: no such file, and no published model of that name`, {
      hint: "samoyed models lists the names",
    });
  }
  const { context } = options;
  await requireLicense(model, options.accepted, context);
  const progress = startProgress(context.terminal, "bytes");
  try {
    const path = await downloadCheckpoint(model, {
      cacheDir: cacheDir(context.env),
      env: context.env,
      acceptLicense: true,
      signal: context.signal,
      onProgress: ({ done, total }) => progress.update(`downloading ${model.name}`, done, total),
    });
    return { path, name: basename(path), model: model.name };
  } finally {
    progress.stop();
  }
}
