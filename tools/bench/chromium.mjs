// Chromium for measurements in a page.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const CHROME = process.env.CHROME_PATH ?? "/usr/bin/chromium";
const QUIET = [
  ...["--headless", "--no-sandbox", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/** Whether a browser is installed. */
export const browserInstalled = () => existsSync(CHROME);

/** Launches a separate browser, without graphics unless `flags` enable them. */
export const launch = (flags = ["--disable-gpu"]) =>
  chromium.launch({ executablePath: CHROME, args: [...QUIET, ...flags] });
