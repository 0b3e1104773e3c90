import { discardBody, type Fetch, UnavailableError } from "@samoyed/core";

/** More hops than any publisher's servers take; a loop must end. */
const MAX_REDIRECTS = 10;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The last answer, and the headers of every answer on the way to it, in order. */
export interface Followed {
  readonly response: Response;
  readonly headers: readonly Headers[];
}

/** What a redirect that is not followed leads to. */
function refusedTarget(from: string, to: URL): string | undefined {
  if (to.protocol !== "http:" && to.protocol !== "https:") return `an address of the kind ${to.protocol}`;
  return to.protocol === "http:" && new URL(from).protocol === "https:" ? "an unencrypted address" : undefined;
}

/**
 * Fetches an address, and follows its redirects one by one: the headers on the way say what the last answer does not, and
 * one from https to http is refused, behind which anybody on the way could answer.
 *
 * @throws UnavailableError for a redirect that is refused, that leads nowhere, or after too many.
 * @throws what `fetch` throws.
 */
export async function followRedirects(fetch: Fetch, url: string, init: RequestInit): Promise<Followed> {
  const headers: Headers[] = [];
  let address = url;
  for (let hops = 0; ; hops++) {
    const response = await fetch(address, { ...init, redirect: "manual" });
    headers.push(response.headers);
    if (!REDIRECTS.has(response.status)) return { response, headers };
    await discardBody(response);
    const location = response.headers.get("location");
    if (location === null || !URL.canParse(location, address)) {
      throw new UnavailableError(`${url}: the server redirects to no address`, { hint: "Try again later." });
    }
    if (hops >= MAX_REDIRECTS) {
      throw new UnavailableError(`${url}: redirected more than ${MAX_REDIRECTS} times`, { hint: "Try again later." });
    }
    const next = new URL(location, address);
    const refused = refusedTarget(address, next);
    if (refused !== undefined) {
      throw new UnavailableError(`${url}: the server redirects to ${refused}, ${next.host}, which is not followed`, {
        hint: "Try again from another network, or name a server with the file in SAMOYED_MIRROR.",
        details: { location: next.href },
      });
    }
    address = next.href;
  }
}
