import { type Fetch, UsageError } from "@samoyed/core";
import {
  type Dispatcher,
  EnvHttpProxyAgent,
  fetch as undiciFetch,
  Pool,
  type RequestInit as UndiciRequestInit,
} from "undici";
import { needsProxyLogin, proxyLoginError, TunnelLoginRequired } from "./proxy-refusal.ts";

/** Where requests go through, as `EnvHttpProxyAgent` takes it; "" means no proxy. */
export interface Proxies {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
}

/** The proxy of an address, and the variable that names it. */
function proxyOf(
  url: string,
  { httpProxy, httpsProxy }: Proxies,
): { readonly proxy: string; readonly variable: string } {
  return new URL(url).protocol === "https:" && httpsProxy !== ""
    ? { proxy: httpsProxy, variable: "HTTPS_PROXY" }
    : { proxy: httpProxy, variable: "HTTP_PROXY" };
}

/**
 * A `fetch` that goes through proxies. It throws UnavailableError when a proxy wants a login.
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
  return async (url, init) => {
    try {
      return (await undiciFetch(url, { ...(init as UndiciRequestInit), dispatcher })) as unknown as Response;
    } catch (cause) {
      throw needsProxyLogin(cause) ? proxyLoginError(url, { ...proxyOf(url, proxies), cause }) : cause;
    }
  };
}

/**
 * A client of the proxy whose failures are plain errors. undici (7.30, `client.js`, `onError`) takes a socket error for
 * one that another connection mends, and would ask a proxy that hangs up hundreds of times a second.
 */
function proxyClient(origin: URL, options: object): Dispatcher {
  const pool = new Pool(origin, options);
  const connect = pool.connect.bind(pool);
  const guarded = async (request: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> => {
    let answered: Dispatcher.ConnectData;
    try {
      answered = await connect(request);
    } catch (cause) {
      throw new Error("the proxy does not connect", { cause });
    }
    if (answered.statusCode !== 407) return answered;
    // Destroying a connection that the proxy has reset fails once more.
    answered.socket.on("error", () => undefined).destroy();
    throw new TunnelLoginRequired("the proxy wants a login");
  };
  // ProxyAgent calls nothing else, and always without a callback.
  return Object.assign(pool, { connect: guarded });
}
