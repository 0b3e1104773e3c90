import { $ } from "zx";
import { Refusal } from "../refusal.mjs";

/**
 * Runs a program that prints its answer, or its error, as the last line of JSON.
 *
 * @throws Refusal with the error, or with the end of what was printed.
 */
export async function runProgram(command, { cwd, env = {}, timeout = "2m" }) {
  const result = await $({
    cwd,
    env: { ...process.env, ...env, NO_COLOR: "1" },
    nothrow: true,
    quiet: true,
    timeout,
  })`${command}`;
  const line = result.stdout.split("\n").findLast((text) => /^\{"(?:label|error)"/.test(text));
  if (line === undefined) {
    const printed = `${result.stderr}\n${result.stdout}`.trim().slice(-1500);
    throw new Refusal({ name: "Error", message: printed || `ended with ${result.exitCode ?? result.signal}` });
  }
  const answer = JSON.parse(line);
  if (answer.error) throw new Refusal(answer.error);
  return answer;
}
