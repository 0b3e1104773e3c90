import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { AbortedError, UnavailableError, UsageError } from "@samoyed/core";

/** Backends that one command makes work, and the script that does it. */
const SET_UPS: ReadonlyMap<string, string> = new Map([["tfjs-node", "@samoyed/runtime-tfjs/setup-tfjs-node"]]);

/**
 * Makes a backend work. What its script says goes to stderr: stdout is the command's own.
 *
 * @throws UsageError for a backend that has nothing to be set up.
 * @throws UnavailableError when it cannot be; the script has said why.
 */
export function setUp(name: string, cache: string): void {
  const script = SET_UPS.get(name);
  if (script === undefined) {
    throw new UsageError(`--fix ${name}: nothing sets this up; expected ${[...SET_UPS.keys()].join(", ")}`);
  }
  const path = createRequire(import.meta.url).resolve(script);
  const { status, signal } = spawnSync(process.execPath, [path, "--cache", cache], { stdio: ["ignore", 2, 2] });
  if (status === 0) return;
  if (signal === "SIGINT" || status === 130) throw new AbortedError();
  throw new UnavailableError(`${name} could not be set up`, { hint: "The reason stands above." });
}
