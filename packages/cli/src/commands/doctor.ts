import { access, constants } from "node:fs/promises";
import { existsSync } from "node:fs";
import { arch, platform } from "node:os";
import { dirname } from "node:path";
import { allBackends } from "../backends.ts";
import { cacheDir } from "../cache.ts";
import { columns } from "../columns.ts";
import type { Command } from "../command.ts";
import { paint } from "../terminal.ts";
import { version } from "../version.ts";

/** The nearest folder above a path that exists. */
function existing(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : existing(dirname(path));
}

export const doctor: Command = {
  name: "doctor",
  summary: "backends, versions, what is missing and the command that mends it",
  usage: "",
  options: {},
  examples: ["samoyed doctor", "samoyed doctor --json"],
  async run(_args, _values, { terminal, env }) {
    const backends = await Promise.all(
      allBackends().map(async (backend) => ({
        name: backend.name,
        format: backend.format,
        ...(await backend.availability()),
      })),
    );
    const cache = cacheDir(env);
    const writable = await access(existing(cache), constants.W_OK).then(
      () => true,
      () => false,
    );
    const facts = {
      samoyed: await version(),
      node: process.versions.node,
      platform: `${platform()} ${arch()}`,
      cache,
      cacheWritable: writable,
    };
    const rows = backends.map((backend) =>
      backend.available
        ? [`  ${backend.name}`, paint(terminal, "green", "ready"), backend.version]
        : [`  ${backend.name}`, paint(terminal, "yellow", "not available"), `${backend.reason}; ${backend.fix}`],
    );
    const text = `samoyed ${facts.samoyed}, node ${facts.node}, ${facts.platform}
cache ${cache}${writable ? "" : " (not writable: set SAMOYED_CACHE to a folder that is)"}

backends
${columns(rows)}`;
    return { json: { ...facts, backends }, text };
  },
};
