import { SamoyedError } from "@samoyed/core";
import { fetchAsset } from "@samoyed/convert/node";

/** Where assets are looked for and how long. */
export interface AssetOptions {
  /** Where downloads are kept. */
  readonly cacheDir: string;
  /** The environment: mirrors, proxies, `SAMOYED_ASSETS`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/** Finds a golden asset: in `SAMOYED_ASSETS`, in the cache, or at its pinned address. */
export function assetReader({ cacheDir, env, signal }: AssetOptions): (name: string) => Promise<Uint8Array> {
  return (name) => fetchAsset(name, { cacheDir, env, signal });
}

/** The 1,000 ImageNet class names, or undefined where they cannot be had: then classes go by their numbers. */
export async function imagenetLabels(
  asset: (name: string) => Promise<Uint8Array>,
): Promise<readonly string[] | undefined> {
  try {
    return new TextDecoder()
      .decode(await asset("imagenet_classes.txt"))
      .trimEnd()
      .split("\n");
  } catch (error) {
    if (error instanceof SamoyedError && error.code === "unavailable") return undefined;
    throw error;
  }
}
