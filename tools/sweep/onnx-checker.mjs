// ONNX's own checker, in a Python process that stays.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/**
 * Starts the checker.
 *
 * @returns `check(path)`, which resolves to the error's text or to `undefined`, one call at a time, and `close()`.
 */
export function startOnnxChecker(python, script) {
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const answers = lines[Symbol.asyncIterator]();
  return {
    async check(path) {
      child.stdin.write(`${path}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`the ONNX checker ended while it checked ${path}`);
      return JSON.parse(value).error;
    },
    async close() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}
