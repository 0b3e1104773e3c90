import { createServer, request } from "node:http";
import { connect } from "node:net";
import { UnavailableError, UsageError } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { answer, downloadInto, listen, serve, SHA256, useFolder } from "../test/download-server.ts";
import { errorOf } from "../test/error-of.ts";
import type { DownloadOptions } from "./download-file.ts";
import { environmentFetch } from "./environment-fetch.ts";

const folder = useFolder();
const download = (url: string, options: Partial<DownloadOptions> = {}): Promise<string> =>
  downloadInto(folder(), url, options);

describe("proxies", () => {
  /** A proxy on this machine: what it was asked for, in either of the two ways. */
  async function proxy(): Promise<{ address: string; asked: string[] }> {
    const asked: string[] = [];
    const server = createServer((message, response) => {
      asked.push(`${message.method} ${message.url}`);
      request(message.url!, { headers: message.headers }, (answered) => {
        response.writeHead(answered.statusCode!, answered.headers);
        answered.pipe(response);
      }).end();
    });
    server.on("connect", (message, socket) => {
      asked.push(`CONNECT ${message.url}`);
      const [host, port] = message.url!.split(":");
      const upstream = connect(Number(port), host, () => {
        socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        upstream.pipe(socket);
        socket.pipe(upstream);
      });
      upstream.on("error", () => socket.destroy());
      socket.on("error", () => upstream.destroy());
    });
    return { address: await listen(server), asked };
  }

  test.each(["http_proxy", "HTTP_PROXY"])("%s is used", async (name) => {
    const server = await serve((message, response) => answer(message, response));
    const { address, asked } = await proxy();
    expect(await download(server.url, { env: { [name]: address } })).toBe(SHA256);
    expect(asked.length).toBe(1);
    expect(asked[0]).toContain(new URL(server.url).host);
  });

  test("hosts in NO_PROXY are reached without it", async () => {
    const server = await serve((message, response) => answer(message, response));
    const { address, asked } = await proxy();
    expect(await download(server.url, { env: { HTTP_PROXY: address, NO_PROXY: "127.0.0.1" } })).toBe(SHA256);
    expect(asked).toEqual([]);
  });

  test("HTTPS_PROXY is for https alone", async () => {
    const server = await serve((message, response) => answer(message, response));
    const { address, asked } = await proxy();
    expect(await download(server.url, { env: { HTTPS_PROXY: address } })).toBe(SHA256);
    expect(asked).toEqual([]);
    const fetch = await environmentFetch({ HTTPS_PROXY: address });
    await expect(fetch("https://127.0.0.1:44399/", {})).rejects.toThrow();
    expect(asked).toEqual(["CONNECT 127.0.0.1:44399"]);
  });

  /** A proxy that answers every request for a tunnel with these bytes, and how often it was asked. */
  async function tunnel(reply: string): Promise<{ readonly address: string; asked: number }> {
    const found = { address: "", asked: 0 };
    const server = createServer();
    server.on("connect", (_, socket) => {
      found.asked++;
      socket.end(reply);
    });
    found.address = await listen(server);
    return found;
  }

  test("that hangs up is asked once for each try", async () => {
    const proxied = await tunnel("");
    const error = await errorOf(download("https://weights.example/x.pth", { env: { HTTPS_PROXY: proxied.address } }));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.hint).toContain("HTTPS_PROXY");
    expect(proxied.asked).toBe(2);
  });

  test("that wants a login is named, without the one it was given, and not asked again", async () => {
    const proxied = await tunnel("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    const withLogin = (address: string): string => address.replace("//", "//user:secret@");
    for (const [url, variable] of [
      ["https://weights.example/x.pth", "HTTPS_PROXY"],
      ["http://weights.example/x.pth", "HTTP_PROXY"],
    ] as const) {
      for (const given of [proxied.address, withLogin(proxied.address)]) {
        const error = await errorOf(download(url, { env: { [variable]: given } }));
        expect(error).toBeInstanceOf(UnavailableError);
        const why = given === proxied.address ? "it wants a login" : "it does not accept the login in its address";
        expect(error.message).toBe(`${url}: the proxy ${proxied.address} answered 407: ${why}`);
        expect(error.hint).toContain(`Set ${variable}`);
        expect(JSON.stringify([error.message, error.hint, error.details])).not.toContain("secret");
      }
    }
    expect(proxied.asked).toBe(4);
  });

  test("an address that is none is a mistake in the settings", async () => {
    await expect(environmentFetch({ HTTPS_PROXY: "proxy:port:80" })).rejects.toThrow(UsageError);
  });
});
