import { type Fetch, UnavailableError } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { errorOf } from "../test/error-of.ts";
import { followRedirects } from "./follow-redirects.ts";

/** A network of redirects: an address, and where it leads; every other address answers 200. */
function network(redirects: Readonly<Record<string, string | null>>): {
  readonly fetch: Fetch;
  readonly asked: string[];
} {
  const asked: string[] = [];
  const fetch: Fetch = async (url, { redirect }) => {
    asked.push(url);
    expect(redirect).toBe("manual");
    if (!(url in redirects)) return new Response("body", { headers: { "x-at": url } });
    const location = redirects[url]!;
    return new Response(null, { status: 302, headers: { "x-at": url, ...(location !== null && { location }) } });
  };
  return { fetch, asked };
}

describe("redirects", () => {
  test("are followed, relative ones too, and every answer's headers are kept", async () => {
    const { fetch, asked } = network({
      "https://hub.example/a/file": "/b/file",
      "https://hub.example/b/file": "https://cdn.example/x?y=1",
    });
    const { response, headers } = await followRedirects(fetch, "https://hub.example/a/file", {});
    expect(await response.text()).toBe("body");
    expect(asked).toEqual(["https://hub.example/a/file", "https://hub.example/b/file", "https://cdn.example/x?y=1"]);
    expect(headers.map((answer) => answer.get("x-at"))).toEqual(asked);
  });

  test("from https to http are refused, and nothing is asked there", async () => {
    const { fetch, asked } = network({ "https://hub.example/file": "http://cdn.example/file" });
    const error = await errorOf(followRedirects(fetch, "https://hub.example/file", {}));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toBe(
      "https://hub.example/file: the server redirects to an unencrypted address, cdn.example, which is not followed",
    );
    expect(asked).toEqual(["https://hub.example/file"]);
  });

  test("from http to http are followed: a mirror on this machine may have no certificate", async () => {
    const { fetch } = network({ "http://mirror.example/file": "http://mirror.example/other" });
    expect((await followRedirects(fetch, "http://mirror.example/file", {})).response.status).toBe(200);
  });

  test.each([
    ["no address", null, /redirects to no address/u],
    ["a text that is none", "http://", /redirects to no address/u],
    ["a file", "file:///etc/passwd", /an address of the kind file:/u],
    ["itself", "https://hub.example/file", /more than 10 times/u],
  ])("to %s end", async (_, location, message) => {
    const { fetch, asked } = network({ "https://hub.example/file": location });
    const error = await errorOf(followRedirects(fetch, "https://hub.example/file", {}));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toMatch(message);
    expect(asked.length).toBeLessThanOrEqual(11);
  });
});
