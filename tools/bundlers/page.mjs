import { browserInstalled, launch } from "../bench/chromium.mjs";
import { Refusal } from "./refusal.mjs";
import { NotRun } from "./tool.mjs";

/** Longest time that a page may take: a load has to settle by then. */
const SETTLES_MS = 100_000;

let browser;

/**
 * Opens a page, and waits for what it reports.
 *
 * @returns what a user's module returned.
 * @throws Refusal with what it threw, or with what the page printed when it reports nothing.
 */
export async function openPage(url) {
  if (!browserInstalled()) throw new NotRun("Chromium is not installed");
  const context = await newContext();
  const page = await context.newPage();
  const printed = [];
  page.on("pageerror", (error) => printed.push(String(error)));
  page.on("console", (message) => message.type() === "error" && printed.push(message.text()));
  try {
    await page.goto(url);
    // A page that its bundler loads anew, as Vite does after finding a dependency, begins again.
    const handle = await page.waitForFunction(() => globalThis.answer, undefined, { timeout: SETTLES_MS });
    const { value, error } = await handle.jsonValue();
    if (error) throw new Refusal(error);
    return value;
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    throw new Refusal({
      name: "Error",
      message: `the page reports nothing: ${printed.join("; ") || cause.message.split("\n")[0]}`,
    });
  } finally {
    await context.close();
  }
}

/** A profile of its own, in a browser that replaces one that crashed. */
async function newContext() {
  try {
    if (!browser?.isConnected()) browser = await launch();
    return await browser.newContext();
  } catch (cause) {
    throw new NotRun(`Chromium does not start: ${cause.message.split("\n")[0]}`);
  }
}

/** Closes the browser, if one was launched. */
export async function closeBrowser() {
  await browser?.close();
  browser = undefined;
}
