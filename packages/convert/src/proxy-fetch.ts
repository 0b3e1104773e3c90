import { type Fetch, UsageError } from "@samoyed/core";
import {
  type Dispatcher,
  EnvHttpProxyAgent,
  fetch as undiciFetch,
  Pool,
  type RequestInit as UndiciRequestInit,
} from "undici";

/** Where requests go through, as `EnvHttpProxyAgent` takes it; "" means no proxy. */
export interface Proxies {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
}

/**
 * A `fetch` that goes through proxies.
 *
 * @throws UsageError when a proxy's address is not valid.
 */
export function proxyFetch(proxies: Proxies): Fetch {
  let dispatcher: EnvHttpProxyAgent;
  try {
    dispatcher = new EnvHttpProxyAgent({ ...proxies, clientFactory: proxyClient });
  } catch (cause) {
    const named = [proxies.httpProxy, proxies.httpsProxy].filter((address) => address !== "").join(" or ");
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
