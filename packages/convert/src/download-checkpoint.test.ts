import { readFile, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { MismatchError, UnsupportedError, UsageError } from "@samoyed/core";
import { findModel, type ModelInfo } from "@samoyed/models";
import { describe, expect, test } from "vitest";
import { answer, content, serve, SHA256, useFolder } from "../test/download-server.ts";
import { errorOf } from "../test/error-of.ts";
import { downloadCheckpoint, throughMirror } from "./download-checkpoint.ts";
import { ASSETS, fetchAsset } from "./fetch-asset.ts";
import { hashFile } from "./hash-file.ts";

const folder = useFolder();

describe("a published checkpoint", async () => {
  const info: ModelInfo = {
    ...(await findModel("ssl_resnet18")),
    url: "https://weights.example/model_files/semi_supervised-abc.pth",
    sha256Prefix: SHA256.slice(0, 8),
  };

  test("comes from the mirror, is verified by its name, and cached", async () => {
    const server = await serve((message, response) => answer(message, response));
    const options = { cacheDir: folder(), acceptLicense: true, env: { SAMOYED_MIRROR: `${server.origin}/mirror/` } };
    const path = await downloadCheckpoint(info, options);
    expect(path).toBe(join(folder(), "checkpoints", "semi_supervised-abc.pth"));
    expect(server.seen).toMatchObject([{ url: "/mirror/model_files/semi_supervised-abc.pth" }]);
    expect(await downloadCheckpoint(info, { ...options, mirror: "http://127.0.0.1:9" })).toBe(path);
    expect(await hashFile(path)).toBe(SHA256);
  });

  test("that does not have the digits of its name is refused", async () => {
    const server = await serve((message, response) => answer(message, response, { body: content.subarray(1) }));
    const options = { cacheDir: folder(), acceptLicense: true, mirror: server.origin, env: {} };
    expect(await errorOf(downloadCheckpoint(info, options))).toBeInstanceOf(MismatchError);
  });

  test("needs its license accepted, unless that asks for nothing", async () => {
    const server = await serve((message, response) => answer(message, response));
    const options = { cacheDir: folder(), acceptLicense: false, mirror: server.origin, env: {} };
    const error = await errorOf(downloadCheckpoint(info, options));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toContain("published under cc-by-nc-4.0");
    expect(error.hint).toContain("--accept-license");
    expect(server.seen.length).toBe(0);
    await downloadCheckpoint({ ...info, license: "apache-2.0" }, options);
    expect(server.seen.length).toBe(1);
  });

  test("comes from the hub where its authors have it only there, or not at all", async () => {
    const server = await serve((message, response) => answer(message, response));
    const { url: _url, sha256Prefix: _prefix, ...rest } = info;
    const options = { cacheDir: folder(), acceptLicense: true, mirror: server.origin, env: {} };
    const path = await downloadCheckpoint({ ...rest, huggingFace: "timm/some.tag" }, options);
    expect(path).toBe(join(folder(), "checkpoints", "resnet18.fb_ssl_yfcc100m_ft_in1k.safetensors"));
    expect(server.seen[0]!.url).toBe("/timm/some.tag/resolve/main/model.safetensors");
    const { huggingFace: _hub, ...nowhere } = rest;
    expect(await errorOf(downloadCheckpoint(nowhere, options))).toBeInstanceOf(UnsupportedError);
  });

  test("comes from the hub where timm renames the tensors of the authors' file", async () => {
    const server = await serve((message, response) => answer(message, response));
    const options = { cacheDir: folder(), acceptLicense: true, mirror: server.origin, env: {} };
    const renamed = { ...info, renamed: true, huggingFace: "timm/some.tag" } as const;
    // Its hash is not that of the authors' file.
    await downloadCheckpoint({ ...renamed, sha256Prefix: "00000000" }, options);
    expect(server.seen.map(({ url }) => url)).toEqual(["/timm/some.tag/resolve/main/model.safetensors"]);
    const { huggingFace: _hub, ...alone } = renamed;
    await downloadCheckpoint(alone, options);
    expect(server.seen.at(-1)!.url).toBe("/model_files/semi_supervised-abc.pth");
  });

  test("a mirror's address is checked", () => {
    expect(throughMirror("https://a.example/x/y.pth", undefined)).toBe("https://a.example/x/y.pth");
    expect(throughMirror("https://a.example/x/y.pth?z=1", "http://m.example/base/")).toBe(
      "http://m.example/base/x/y.pth",
    );
    for (const mirror of ["mirror", "file:///tmp", "ftp://m.example"]) {
      expect(() => throughMirror("https://a.example/x", mirror)).toThrow(UsageError);
    }
  });
});

describe("an asset", () => {
  const text = new TextEncoder().encode("not the photograph");

  test("is pinned as the golden data has it", async () => {
    const url = new URL("../../../golden/assets.json", import.meta.url);
    const pinned = JSON.parse(await readFile(url, "utf8")) as Record<string, unknown>;
    expect(Object.fromEntries(ASSETS)).toEqual(pinned);
  });

  test("is taken from SAMOYED_ASSETS where that has it, and must be the right one", async () => {
    const given = process.env["SAMOYED_ASSETS"];
    if (given !== undefined) {
      const bytes = await fetchAsset("dog.jpg", { cacheDir: folder(), env: { SAMOYED_ASSETS: given } });
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(ASSETS.get("dog.jpg")!.sha256);
    }
    await writeFile(join(folder(), "dog.jpg"), text);
    const error = await errorOf(fetchAsset("dog.jpg", { cacheDir: folder(), env: { SAMOYED_ASSETS: folder() } }));
    expect(error).toBeInstanceOf(MismatchError);
    expect(error.hint).toContain("SAMOYED_ASSETS");
  });

  test("is downloaded otherwise, and must be the right one", async () => {
    const server = await serve((_, response) => response.end(text));
    const env = { SAMOYED_ASSETS: join(folder(), "empty"), SAMOYED_MIRROR: server.origin };
    const error = await errorOf(fetchAsset("imagenet_classes.txt", { cacheDir: folder(), env }));
    expect(error).toBeInstanceOf(MismatchError);
    expect(server.seen[0]!.url).toBe("/pytorch/hub/master/imagenet_classes.txt");
    expect(await errorOf(fetchAsset("cat.jpg", { cacheDir: folder(), env }))).toBeInstanceOf(UsageError);
  });
});
