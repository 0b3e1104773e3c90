import { UnavailableError } from "@samoyed/core";

/** A proxy's refusal to open a tunnel without a login, as undici wraps it in other errors. */
export class TunnelLoginRequired extends Error {
  override name = "TunnelLoginRequired";
}

/** Whether an error, or one that it comes from, is a proxy's refusal to open a tunnel without a login. */
export function needsProxyLogin(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) if (at instanceof TunnelLoginRequired) return true;
  return false;
}

/** A proxy's address without its user and password. */
function withoutLogin(proxy: string): string {
  if (!URL.canParse(proxy)) return proxy;
  const { protocol, host } = new URL(proxy);
  return `${protocol}//${host}`;
}

/** The error for a proxy that answers 407. It names the proxy, never the password. */
export function proxyLoginError(
  url: string,
  { proxy, variable, cause }: { readonly proxy: string; readonly variable: string; readonly cause: unknown },
): UnavailableError {
  const named = withoutLogin(proxy);
  const given = URL.canParse(proxy) && new URL(proxy).username !== "";
  const why = given ? "it does not accept the login in its address" : "it wants a login";
  return new UnavailableError(`${url}: the proxy ${named} answered 407: ${why}`, {
    cause,
    hint: `Set ${variable} to its address with user and password: ${named.replace("//", "//USER:PASSWORD@")}.`,
    details: { status: 407, proxy: named },
  });
}
