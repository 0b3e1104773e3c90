import { SamoyedError, UnavailableError } from "@samoyed/core";
import type { EngineSource } from "./engine-source.ts";
import { firstLine } from "./first-line.ts";

/** What Node, browsers, webpack and Vite say of a package that is not there. */
const MISSING =
  /(?:cannot find (?:module|package)|resolve module specifier|could not resolve) ['"](?<name>@tensorflow\/[\w-]+)['"]/i;

/** Converts the error of importing an engine: the reason, and the command that fixes it. Errors of ours are kept. */
export function importError(source: Pick<EngineSource, "package" | "fix" | "setUp">, cause: unknown): SamoyedError {
  if (cause instanceof SamoyedError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const missing = MISSING.exec(message)?.groups?.["name"];
  if (missing !== undefined) {
    const packages = [...new Set(["@tensorflow/tfjs-core", "@tensorflow/tfjs-converter", source.package])];
    return new UnavailableError(`${missing} is not installed`, { hint: installCommand(packages, source.setUp), cause });
  }
  // A page without a bundler: TensorFlow.js's packages import CommonJS modules, and files without their endings.
  const unbuilt = /(?:dynamically imported|importing a) module/i.test(message);
  const hint = unbuilt
    ? `Build the page with a bundler, or map ${source.package} and its kind to a site that serves them as ES modules.`
    : source.fix;
  return new UnavailableError(`${source.package} does not load: ${firstLine(message)}`, { hint, cause });
}

/** Builds the install command; with a set-up command, npm skips install scripts, so that it also works behind a mirror. */
function installCommand(packages: readonly string[], setUp: string | undefined): string {
  const list = packages.join(" ");
  return setUp === undefined ? `npm install ${list}` : `npm install --ignore-scripts ${list} && ${setUp}`;
}
