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
