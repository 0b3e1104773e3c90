import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import { vi } from "vitest";
import { ROOT } from "./paths.ts";

/** The contents of a README's fenced blocks in a language. */
export async function readmeBlocks(readme: URL, language: string): Promise<readonly string[]> {
  const text = await readFile(readme, "utf8");
  return Array.from(text.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, "gm")), (match) => match[1]!);
}

/** Options of `runReadme`. */
export interface RunReadmeOptions {
  /** Index of the README's JavaScript program to run. Default: 0. */
  readonly example?: number;
  /** The working folder, the base of the program's relative paths. Default: the repository's root. */
  readonly folder?: string;
}

/**
 * Runs a program of a README verbatim, and returns its output. Its imports are resolved like those of a module
 * in the README's package.
 */
export async function runReadme(readme: URL, { example = 0, folder = ROOT }: RunReadmeOptions = {}): Promise<string> {
  const program = (await readmeBlocks(readme, "js"))[example];
  if (program === undefined) throw new Error(`${fileURLToPath(readme)} has no JavaScript example ${example}`);
  const home = fileURLToPath(new URL(".cache/", readme));
  const file = `${home}readme-${example}.js`;
  await mkdir(home, { recursive: true });
  await writeFile(file, program);
  let printed = "";
  const log = vi.spyOn(console, "log").mockImplementation((...values) => void (printed += `${format(...values)}\n`));
  const before = process.cwd();
  try {
    process.chdir(folder);
    await import(/* @vite-ignore */ file);
  } finally {
    process.chdir(before);
    log.mockRestore();
    await rm(file);
  }
  return printed;
}

/** The documented output of a README's program: the comments after its `console.log` calls, each up to a colon. */
export async function promisedLines(readme: URL): Promise<string> {
  const [program = ""] = await readmeBlocks(readme, "js");
  return Array.from(program.matchAll(/console\.log\(.*\); \/\/ ([^:\n]*)/g), (match) => `${match[1]}\n`).join("");
}
