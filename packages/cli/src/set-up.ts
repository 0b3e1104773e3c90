import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { AbortedError, UnavailableError } from "@samoyed/core";

/** Backends that one command makes work, and the script that does it. */
const SET_UPS = { "tfjs-node": "@samoyed/runtime-tfjs/setup-tfjs-node" } as const;

/**
 * Makes a backend work. What its script says goes to stderr: stdout is the command's own.
 *
 * @throws UnavailableError when it cannot be; the script has said why.
 */
export function setUp(name: keyof typeof SET_UPS, cache: string): void {
  const path = createRequire(import.meta.url).resolve(SET_UPS[name]);
  const { status, signal } = spawnSync(process.execPath, [path, "--cache", cache], { stdio: ["ignore", 2, 2] });
  if (status === 0) return;
  if (signal === "SIGINT" || status === 130) throw new AbortedError();
  throw new UnavailableError(`${name} could not be set up`, { hint: "The reason stands above." });
}
