// The registry in Chromium: the bundle contains no data, and two files are fetched.
import { readArchitectureData } from "@samoyed/architectures";
import { bundlePage } from "@samoyed/test-support/browser/bundle-page";
import { describeInChromium } from "@samoyed/test-support/browser/chromium";
import { expect, test } from "vitest";
import type { PageResult } from "./page.ts";

describeInChromium("in Chromium", "none", (open) => {
  test("the registry is read from the folder that the page names", async () => {
    const files = await bundlePage(new URL("./page.ts", import.meta.url), { minify: true });
    expect([...files.keys()].sort()).toEqual(["/index.html", "/page.js"]);
    const data = ["costs.json.deflate", "published.json.deflate"];
    for (const file of data) files.set(`/architecture-data/${file}`, await readArchitectureData(file));
    const { page, base, requests } = await open(files, { ready: "result" });
    const result = await page.evaluate(async () => (globalThis as unknown as { result: Promise<PageResult> }).result);
    expect(result).toEqual({ count: 1960, name: "resnet18.fb_ssl_yfcc100m_ft_in1k" });
    const fetched = requests.filter((url) => url.includes("architecture-data"));
    expect(fetched.sort()).toEqual(data.map((file) => `${base}/architecture-data/${file}`));
  });
});
