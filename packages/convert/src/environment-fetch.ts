import type { Fetch } from "@samoyed/core";

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A `fetch` that goes through the proxies that the environment names: HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in upper or
 * lower case, the lower one first, as curl has it. Node's own ignores them before Node 24. Without a proxy it is Node's.
 *
 * @throws UsageError when a proxy's address is not valid.
 */
export async function environmentFetch(env: Environment): Promise<Fetch> {
  const httpProxy = env["http_proxy"] || env["HTTP_PROXY"];
  const httpsProxy = env["https_proxy"] || env["HTTPS_PROXY"];
  if (!httpProxy && !httpsProxy) {
    return (url, init) => fetch(url, init);
  }
  const noProxy = env["no_proxy"] || env["NO_PROXY"] || "";
  // Loading undici takes a tenth of a second and 15 MB: only for those who have a proxy.
  const { proxyFetch } = await import("./proxy-fetch.ts");
  // The agent would fall back to the process's own variables for what is not given.
  return proxyFetch({ httpProxy: httpProxy ?? "", httpsProxy: httpsProxy ?? "", noProxy });
}
