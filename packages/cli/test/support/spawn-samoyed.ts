import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { environment } from "./environment.ts";

/** The program as it is installed; it runs from `dist`. */
export const BIN: string = fileURLToPath(new URL("../../bin/samoyed.js", import.meta.url));

/** What a process left. */
export interface Exited {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a process is started. */
export interface SpawnSamoyedOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Arguments of Node itself. */
  readonly node?: readonly string[];
}

/** Starts `samoyed` with pipes as its streams. */
export function startSamoyed(
  argv: readonly string[],
  { env, cwd, node = [] }: SpawnSamoyedOptions = {},
): { readonly child: ChildProcess; readonly exited: Promise<Exited> } {
  const child = spawn(process.execPath, [...node, BIN, ...argv], {
    env: environment(env),
    stdio: ["ignore", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
  });
  return { child, exited: collect(child) };
}

/** Runs `samoyed` to its end. */
export function spawnSamoyed(argv: readonly string[], options: SpawnSamoyedOptions = {}): Promise<Exited> {
  return startSamoyed(argv, options).exited;
}

/** Runs a line of the shell, in which `$SAMOYED` is the program. */
export function spawnShell(line: string, { env, cwd }: SpawnSamoyedOptions = {}): Promise<Exited> {
  const child = spawn("bash", ["-c", line], {
    env: environment({ ...env, SAMOYED: `${process.execPath} ${BIN}` }),
    stdio: ["ignore", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
  });
  return collect(child);
}

function collect(child: ChildProcess): Promise<Exited> {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
