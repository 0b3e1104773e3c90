import { basename, join } from "node:path";
import { UnsupportedError, UsageError } from "@samoyed/core";
import type { ModelInfo } from "@samoyed/models";
import { downloadFile, type DownloadOptions, type TransferOptions } from "./download-file.ts";
import { requireAcceptance } from "./license-acceptance.ts";

/** Options of `downloadCheckpoint`. */
export interface DownloadCheckpointOptions extends TransferOptions, Pick<DownloadOptions, "onUnverified"> {
  /** Where downloads are kept; the checkpoint goes to `checkpoints` in it. */
  readonly cacheDir: string;
  /** Whether the model's license was read and accepted; needed for any but the permissive ones. */
  readonly acceptLicense: boolean;
  /** A server that has the files under the same paths; SAMOYED_MIRROR of the environment when absent. */
  readonly mirror?: string;
}

/**
 * Downloads a published checkpoint, once, and verifies it: against the SHA-256 that the Hugging Face hub states of its
 * file, or against the digits of it in the name that the authors gave theirs.
 *
 * Files come from where their authors published them if their names carry such digits, else from the hub; also where only
 * the hub's file has timm's names of tensors. A mirror need not state hashes: `onUnverified` gets what nobody vouched for,
 * as it does for the few files that their authors alone have, without a hash.
 *
 * @returns the file's path in the cache.
 * @throws UsageError when the license was not accepted, or the mirror is not an address.
 * @throws UnsupportedError when no weights are published.
 * @throws what `downloadFile` throws.
 */
export async function downloadCheckpoint(info: ModelInfo, options: DownloadCheckpointOptions): Promise<string> {
  const { cacheDir, acceptLicense, mirror, ...transfer } = options;
  const { url, file, sha256, onHub } = publishedFile(info);
  requireAcceptance(info, acceptLicense);
  const path = join(cacheDir, "checkpoints", file);
  const env = options.env ?? process.env;
  const address = throughMirror(url, mirror ?? env["SAMOYED_MIRROR"]);
  await downloadFile(address, {
    ...transfer,
    path,
    ...(sha256 !== undefined && { sha256 }),
    requireServerHash: onHub && address === url,
  });
  return path;
}

/** A file that is published: its address, its name in the cache, and what is known of its SHA-256. */
interface PublishedFile {
  readonly url: string;
  readonly file: string;
  /** The first digits at least. */
  readonly sha256?: string;
  /** Whether the hub has it, which states the hash with every answer. */
  readonly onHub: boolean;
}

/** The file to download; that of the authors only if its tensors have timm's names and its hash is known, or there is no other. */
function publishedFile({ name, url, sha256Prefix, renamed, huggingFace }: ModelInfo): PublishedFile {
  if (url !== undefined && (huggingFace === undefined || (sha256Prefix !== undefined && !renamed))) {
    const file = basename(new URL(url).pathname);
    return { url, file, onHub: false, ...(sha256Prefix !== undefined && { sha256: sha256Prefix }) };
  }
  if (huggingFace !== undefined) {
    return { url: hubAddress(huggingFace, "model.safetensors"), file: `${name}.safetensors`, onHub: true };
  }
  throw new UnsupportedError(`${name}: no weights are published`, {
    hint: "Convert a checkpoint of your own with this architecture, or choose another model: samoyed models.",
  });
}

/** The address of a file of a repository on the Hugging Face hub, at its newest version. */
function hubAddress(repository: string, file: string): string {
  return `https://huggingface.co/${repository}/resolve/main/${file}`;
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
