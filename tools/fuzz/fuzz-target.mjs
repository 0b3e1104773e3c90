import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { MAX_MILLISECONDS } from "./limits.mjs";

const WORKER = fileURLToPath(new URL("worker.mjs", import.meta.url));
const POLL_MILLISECONDS = 250;
/** What the progress file has before the first mutant; a number of as many characters takes its place. */
const UNBEGUN = "no mutant yet".padStart(16);
/** Ticks of /proc/PID/stat. */
const TICKS_A_SECOND = 100;

/** Processor time of a process, in milliseconds; 0 where the system does not say. */
function processorTime(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
      .replace(/^.*\) /u, "")
      .split(" ");
    return (1000 * (Number(fields[11]) + Number(fields[12]))) / TICKS_A_SECOND;
  } catch {
    return 0;
  }
}

/**
 * Reads mutants of a target, from one number to another or for some seconds. A process that hangs or dies is a finding,
 * after which another one goes on.
 *
 * @returns how many mutants there were, how many were read and refused, and what was found.
 */
export async function fuzzTarget(name, { from, to, seconds }) {
  const folder = mkdtempSync(join(tmpdir(), "samoyed-fuzz-"));
  const progress = join(folder, "progress");
  const start = performance.now();
  const result = { mutants: 0, read: 0, refused: 0, findings: [] };
  let next = from;
  try {
    for (;;) {
      const left = seconds - (performance.now() - start) / 1000;
      if (next >= to || left <= 0) break;
      const { at, done } = await runWorker(left);
      if (done) break;
      next = at + 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return result;

  async function runWorker(left) {
    writeFileSync(progress, UNBEGUN);
    const child = spawn(process.execPath, [WORKER, name, ...[next, to, left].map(String), progress], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [output, errors] = ["", ""];
    child.stdout.on("data", (text) => (output += text));
    child.stderr.on("data", (text) => (errors = (errors + text).slice(-2000)));
    let ended;
    const closed = new Promise((resolve) => child.once("close", (...status) => resolve((ended = status))));
    const current = () => Number(readFileSync(progress, "latin1"));
    let [at, used] = [current(), processorTime(child.pid)];
    let hangs = false;
    // Loading the modules takes its time; that is no mutant's.
    let allowed = 10 * MAX_MILLISECONDS;
    while (ended === undefined && !hangs) {
      await Promise.race([closed, wait(POLL_MILLISECONDS)]);
      if (current() !== at) [at, used, allowed] = [current(), processorTime(child.pid), 2 * MAX_MILLISECONDS];
      else hangs = processorTime(child.pid) - used > allowed;
    }
    if (hangs) child.kill("SIGKILL");
    const [code, signal] = await closed;
    const lines = output
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    const summary = lines.find(({ done }) => done !== undefined);
    for (const { mutant, problem } of lines) if (problem) result.findings.push({ mutant, problem });
    const last = summary?.done ?? current() + 1;
    result.mutants += last - next;
    result.read += summary?.counts.read ?? 0;
    result.refused += summary?.counts.refused ?? 0;
    if (summary === undefined && readFileSync(progress, "latin1").startsWith(UNBEGUN)) {
      throw new Error(`${name}: its process ended before the first mutant: ${signal ?? code} ${errors}`);
    }
    if (summary === undefined) {
      const what = hangs ? `hangs: over ${MAX_MILLISECONDS} ms` : `ends the process: ${signal ?? code} ${errors}`;
      result.findings.push({ mutant: current(), problem: what });
    }
    return { at: current(), done: summary !== undefined };
  }
}
