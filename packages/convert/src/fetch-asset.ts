import { join } from "node:path";
import { MismatchError, UsageError } from "@samoyed/core";
import { readRegularFile, systemCode } from "@samoyed/core/node";
import { throughMirror } from "./download-checkpoint.ts";
import { downloadFile, type TransferOptions } from "./download-file.ts";
import { hashFile } from "./hash-file.ts";

/** A file that is not Samoyed's to hand on: its users fetch it. */
interface Asset {
  readonly url: string;
  readonly sha256: string;
}

/** The assets, pinned; the same as in `golden/assets.json`. */
export const ASSETS: ReadonlyMap<string, Asset> = new Map([
  [
    "dog.jpg",
    {
      url: "https://github.com/pytorch/hub/raw/master/images/dog.jpg",
      sha256: "f3f87bb8ab3c26c7ecfd3ac60421d7f32b0503d1d6c5baf8bac42ed93d86351a",
    },
  ],
  [
    "imagenet_classes.txt",
    {
      url: "https://raw.githubusercontent.com/pytorch/hub/master/imagenet_classes.txt",
      sha256: "1f386e0d1cb6e28b9c2dac651c3dea6801e98ad1b41a14ce6bb1a093d72069f5",
    },
  ],
]);

/** Options of `fetchAsset`. */
export interface AssetOptions extends TransferOptions {
  /** Where downloads are kept; assets go to `assets` in it. */
  readonly cacheDir: string;
}

/**
 * The bytes of an asset: from the folder that SAMOYED_ASSETS names, else from the cache, else downloaded (through
 * SAMOYED_MIRROR if that is set). They always have the pinned hash.
 *
 * @throws UsageError when there is no such asset.
 * @throws MismatchError when the file in SAMOYED_ASSETS has another hash.
 * @throws what `downloadFile` throws.
 */
export async function fetchAsset(name: string, options: AssetOptions): Promise<Uint8Array> {
  const asset = ASSETS.get(name);
  if (asset === undefined) {
    throw new UsageError(`there is no asset ${JSON.stringify(name)}; expected ${[...ASSETS.keys()].join(" or ")}`);
  }
  const { cacheDir, ...transfer } = options;
  const env = options.env ?? process.env;
  const folder = env["SAMOYED_ASSETS"];
  const given = folder ? await readGiven(join(folder, name), asset.sha256) : undefined;
  if (given !== undefined) {
    return given;
  }
  const path = join(cacheDir, "assets", name);
  await downloadFile(throughMirror(asset.url, env["SAMOYED_MIRROR"]), { ...transfer, path, sha256: asset.sha256 });
  return readRegularFile(path);
}

/** A file in SAMOYED_ASSETS, if it is there; another file under its name is a mistake that must not pass silently. */
async function readGiven(path: string, sha256: string): Promise<Uint8Array | undefined> {
  let found: string;
  try {
    found = await hashFile(path);
  } catch (error) {
    if (error instanceof Error && systemCode(error.cause) === "ENOENT") {
      return undefined;
    }
    throw error;
  }
  if (found !== sha256) {
    throw new MismatchError(`${path}: its SHA-256 is ${found}; expected ${sha256}`, {
      hint: "SAMOYED_ASSETS names a folder with another file of this name; take it away.",
    });
  }
  return readRegularFile(path);
}
