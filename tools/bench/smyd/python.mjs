import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { NotRun } from "./not-run.mjs";

/** Exit status of a script that cannot get a file here; it says why and what mends that. */
const UNAVAILABLE = 5;

/** Bytes. litert-torch logs every step of a conversion. */
const MAX_STDERR = 64 << 20;

const here = (path) => fileURLToPath(new URL(`../../oracle/${path}`, import.meta.url));
const ENVIRONMENTS = {
  oracle: { python: ".venv/bin/python", missing: "the oracle is not installed (node tools/oracle/setup.mjs)" },
  litert: {
    python: "litert/.venv/bin/python",
    missing: "litert-torch is not installed (node tools/oracle/setup.mjs --litert)",
  },
};

/**
 * Runs a script of tools/oracle in one of its environments, `oracle` or `litert`.
 *
 * @throws NotRun when the environment is not installed, or with the last line that a failing script says.
 */
export function runPython(environment, script, args) {
  const { python, missing } = ENVIRONMENTS[environment];
  if (!existsSync(here(python))) throw new NotRun(missing);
  const options = { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"], maxBuffer: MAX_STDERR };
  const { status, stderr } = spawnSync(here(python), [here(script), ...args], options);
  const lines = stderr.trim().split("\n");
  if (status === UNAVAILABLE) throw new NotRun(lines.join(" "));
  if (status !== 0) throw new NotRun(`${script} failed: ${lines.at(-1)}`);
}
