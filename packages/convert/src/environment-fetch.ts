import { type Fetch, UsageError } from "@samoyed/core";
import {
  type Dispatcher,
  EnvHttpProxyAgent,
  fetch as undiciFetch,
  Pool,
  type RequestInit as UndiciRequestInit,
} from "undici";

/** Environment variables, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A `fetch` that goes through the proxies that the environment names: HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in upper or
 * lower case, the lower one first, as curl has it. Node's own ignores them before Node 24. Without a proxy it is Node's.
 *
 * @throws UsageError when a proxy's address is none.
 */
export function environmentFetch(env: Environment): Fetch {
  const httpProxy = env["http_proxy"] || env["HTTP_PROXY"];
  const httpsProxy = env["https_proxy"] || env["HTTPS_PROXY"];
  if (!httpProxy && !httpsProxy) {
    return (url, init) => fetch(url, init);
  }
  const noProxy = env["no_proxy"] || env["NO_PROXY"] || "";
  // The agent would fall back to the process's own variables for what is not given.
  const proxies = { httpProxy: httpProxy ?? "", httpsProxy: httpsProxy ?? "", noProxy };
  let dispatcher: EnvHttpProxyAgent;
  try {
    dispatcher = new EnvHttpProxyAgent({ ...proxies, clientFactory: proxyClient });
  } catch (cause) {
    const named = [httpProxy, httpsProxy].filter(Boolean).join(" or ");
    throw new UsageError(`the proxy's address ${named} cannot be used`, {
      cause,
      hint: "Set HTTPS_PROXY and HTTP_PROXY to addresses such as http://proxy.example:3128.",
    });
  }
  // undici's own types differ from those of the copy inside Node in name alone.
  return async (url, init) =>
    (await undiciFetch(url, { ...(init as UndiciRequestInit), dispatcher })) as unknown as Response;
}

/**
 * A client of the proxy whose failures are plain errors. undici (7.30, `client.js`, `onError`) takes a socket error for
 * one that another connection mends, and would ask a proxy that hangs up hundreds of times a second.
 */
function proxyClient(origin: URL, options: object): Dispatcher {
  const pool = new Pool(origin, options);
  const connect = pool.connect.bind(pool);
  const guarded = async (request: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> => {
    try {
      return await connect(request);
    } catch (cause) {
      throw new Error("the proxy does not connect", { cause });
    }
  };
  // ProxyAgent calls nothing else, and always without a callback.
  return Object.assign(pool, { connect: guarded });
}
