import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { ROOT } from "./paths.ts";

const ORACLE = join(ROOT, "tools", "oracle");

/** Path of the oracle's Python, or `undefined` if it is not installed. `SAMOYED_PYTHON` overrides it. */
export function oraclePython(): string | undefined {
  const path = process.env["SAMOYED_PYTHON"] ?? join(ORACLE, ".venv", "bin", "python");
  return existsSync(path) ? path : undefined;
}

/** Suffix for the title of a test that needs the oracle: the reason why it did not run. */
export const WITHOUT_ORACLE: string =
  oraclePython() === undefined ? " (not run: the oracle is not installed; node tools/oracle/setup.mjs)" : "";

/** The path of a file in `tools/oracle`. */
export function oracleFile(name: string): string {
  return join(ORACLE, name);
}

/**
 * Runs the oracle's Python in `tools/oracle` and returns its output.
 *
 * @throws Error with Python's output when it fails.
 */
export function runOracle(args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const python = oraclePython();
  if (python === undefined) throw new Error("the oracle is not installed");
  const { status, stdout, stderr } = spawnSync(python, args, {
    cwd: ORACLE,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${basename(python)} ${args.join(" ")} failed: ${stdout}${stderr}`);
  return stdout;
}

/** Runs a file of the oracle's own tests and returns pytest's report. */
export function runOracleTests(
  file: string,
  { env = {}, select }: { readonly env?: Readonly<Record<string, string>>; readonly select?: string } = {},
): string {
  const selection = select === undefined ? [] : ["-k", select];
  return runOracle(["-m", "pytest", "-q", "-p", "no:cacheprovider", `tests/${file}`, ...selection], env);
}
