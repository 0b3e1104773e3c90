import type { Command } from "../command.ts";

/**
 * Every subcommand, in the order of the help. Each is loaded when it is needed: loading them all, with the packages
 * that they call, takes longer than most of them run.
 */
const LOADERS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ["models", async () => (await import("./models.ts")).models],
  ["inspect", async () => (await import("./inspect.ts")).inspect],
  ["convert", async () => (await import("./convert.ts")).convert],
  ["preprocess", async () => (await import("./preprocess.ts")).preprocess],
  ["classify", async () => (await import("./classify.ts")).classify],
  ["run", async () => (await import("./run.ts")).run],
  ["check", async () => (await import("./check.ts")).check],
  ["reference", async () => (await import("./reference.ts")).reference],
  ["doctor", async () => (await import("./doctor.ts")).doctor],
]);

/** The names of the subcommands, in the order of the help. */
export const COMMAND_NAMES: readonly string[] = [...LOADERS.keys()];

/** One subcommand, or undefined where no command has that name. */
export async function loadCommand(name: string): Promise<Command | undefined> {
  return LOADERS.get(name)?.();
}

/** All subcommands, in the order of the help. */
export async function loadCommands(): Promise<readonly Command[]> {
  return Promise.all([...LOADERS.values()].map((load) => load()));
}
