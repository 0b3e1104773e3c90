import { basename, join } from "node:path";
import { UnsupportedError, UsageError } from "@samoyed/core";
import type { ModelInfo } from "@samoyed/models";
import { downloadFile, type TransferOptions } from "./download-file.ts";
import { requireAcceptance } from "./license-acceptance.ts";

/** Options of `downloadCheckpoint`. */
export interface DownloadCheckpointOptions extends TransferOptions {
  /** Where downloads are kept; the checkpoint goes to `checkpoints` in it. */
  readonly cacheDir: string;
  /** Whether the model's license was read and accepted; needed for any but the permissive ones. */
  readonly acceptLicense: boolean;
  /** A server that has the files under the same paths; SAMOYED_MIRROR of the environment when absent. */
  readonly mirror?: string;
}

/**
 * Downloads a published checkpoint, once, and checks it against the digits of its SHA-256 that its name carries.
 *
 * Files come from where their authors published them; from the Hugging Face hub where only the hub has the file, or only
 * the hub's has timm's names of tensors.
 *
 * @returns the file's path in the cache.
 * @throws UsageError when the license was not accepted, or the mirror is not an address.
 * @throws UnsupportedError when no weights are published.
 * @throws what `downloadFile` throws.
 */
export async function downloadCheckpoint(info: ModelInfo, options: DownloadCheckpointOptions): Promise<string> {
  const { cacheDir, acceptLicense, mirror, ...transfer } = options;
  const { url, file } = publishedFile(info);
  requireAcceptance(info, acceptLicense);
  const path = join(cacheDir, "checkpoints", file);
  const env = options.env ?? process.env;
  await downloadFile(throughMirror(url, mirror ?? env["SAMOYED_MIRROR"]), {
    ...transfer,
    path,
    ...(url === info.url && info.sha256Prefix !== undefined && { sha256: info.sha256Prefix }),
  });
  return path;
}

/** The file to download; that of the authors only if its tensors have timm's names, or there is no other. */
function publishedFile({ name, url, renamed, huggingFace }: ModelInfo): {
  readonly url: string;
  readonly file: string;
} {
  if (url !== undefined && !(renamed && huggingFace !== undefined)) {
    return { url, file: basename(new URL(url).pathname) };
  }
  if (huggingFace !== undefined) {
    return { url: `https://huggingface.co/${huggingFace}/resolve/main/model.safetensors`, file: `${name}.safetensors` };
  }
  throw new UnsupportedError(`${name}: no weights are published`, {
    hint: "Convert a checkpoint of your own with this architecture, or choose another model: samoyed models.",
  });
}

/**
 * The address of a file on a mirror: the mirror's own, with the path of the original behind it.
 *
 * @throws UsageError when the mirror is no http or https address.
 */
export function throughMirror(url: string, mirror: string | undefined): string {
  if (mirror === undefined || mirror === "") {
    return url;
  }
  if (!URL.canParse(mirror) || !/^https?:$/u.test(new URL(mirror).protocol)) {
    throw new UsageError(`the mirror ${JSON.stringify(mirror)} is no address`, {
      hint: "Set SAMOYED_MIRROR to an address such as https://weights.example/pytorch.",
    });
  }
  return mirror.replace(/\/+$/u, "") + new URL(url).pathname;
}
