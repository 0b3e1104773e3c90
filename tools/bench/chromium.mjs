// Chromium for what is measured in a page.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const CHROME = process.env.CHROME_PATH ?? "/usr/bin/chromium";
const QUIET = [
  ...["--headless", "--no-sandbox", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/** Whether there is a browser to measure in. */
export const browserInstalled = () => existsSync(CHROME);

/** A browser of its own, with no graphics unless `flags` give it some. */
export const launch = (flags = ["--disable-gpu"]) =>
  chromium.launch({ executablePath: CHROME, args: [...QUIET, ...flags] });
