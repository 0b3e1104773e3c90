import { access, constants, readdir, rm } from "node:fs/promises";
import { type Dirent, existsSync } from "node:fs";
import { arch, platform } from "node:os";
import { dirname, join } from "node:path";
import { FORMATS } from "@samoyed/convert";
import { ASSETS } from "@samoyed/convert/node";
import { UsageError } from "@samoyed/core";
import { findLeftovers, type Leftover, toIoError } from "@samoyed/core/node";
import { allBackends } from "../backends.ts";
import { cacheDir } from "../cache.ts";
import { columns, formatBytes } from "../columns.ts";
import type { Command, Context } from "../command.ts";
import { goldenDir } from "../golden-dir.ts";
import { setUp } from "../set-up.ts";
import { paint } from "../terminal.ts";
import { choice, text } from "../values.ts";
import { version } from "../version.ts";

/** Variables that decide where downloads come from. */
const NETWORK_VARIABLES = ["SAMOYED_MIRROR", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"] as const;

interface AssetFacts {
  readonly name: string;
  /** Where it is; null while it is only on the network. */
  readonly path: string | null;
}

/** What `--fix` sets right. */
const FIXES = ["leftovers", "tfjs-node"] as const;

/** Endings of models that are folders. */
const FOLDER_ENDINGS = FORMATS.filter(({ entry }) => entry !== undefined).map(({ ending }) => ending);

/** Temporary files of dead processes in a folder, and in those of its models that are folders. */
async function leftoversIn(folder: string): Promise<readonly Leftover[]> {
  let entries: readonly Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw toIoError(error, `${folder}: cannot be read`);
  }
  const models = entries.filter(
    (entry) => entry.isDirectory() && FOLDER_ENDINGS.some((ending) => entry.name.endsWith(ending)),
  );
  const folders = [folder, ...models.map(({ name }) => join(folder, name))];
  return (await Promise.all(folders.map(findLeftovers))).flat();
}

/** The nearest folder above a path that exists. */
function existing(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : existing(dirname(path));
}

async function isWritable(folder: string): Promise<boolean> {
  return access(existing(folder), constants.W_OK).then(
    () => true,
    () => false,
  );
}

function findAssets(env: Context["env"]): readonly AssetFacts[] {
  const given = env["SAMOYED_ASSETS"];
  const folders = [...(given ? [given] : []), join(cacheDir(env), "assets")];
  return [...ASSETS.keys()].map((name) => ({
    name,
    path: folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null,
  }));
}

/** Where the golden data is, or null. */
function findGolden(): string | null {
  try {
    return goldenDir(undefined);
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

/** An address without the name and password that a proxy's may carry. */
function withoutPassword(address: string): string {
  return address.replace(/\/\/[^/@]*@/u, "//…@");
}

export const doctor: Command = {
  name: "doctor",
  summary: "backends, versions, what is missing and the command that mends it",
  usage: "[FOLDER…]",
  options: {
    fix: {
      type: "string",
      value: FIXES.join("|"),
      description:
        "tfjs-node: set this backend up, and then look; leftovers: remove what killed runs left in FOLDER (default: this folder)",
    },
  },
  examples: [
    "samoyed doctor",
    "samoyed doctor --json",
    "samoyed doctor --fix tfjs-node",
    "samoyed doctor models --fix leftovers",
  ],
  async run(args, values, { terminal, env }) {
    const fix = text(values, "fix") === undefined ? undefined : choice(values, "fix", FIXES);
    if (fix === "tfjs-node") setUp(fix, cacheDir(env));
    const folders = args.length > 0 ? args : ["."];
    const found = (await Promise.all(folders.map(leftoversIn))).flat();
    if (fix === "leftovers") for (const { path } of found) await rm(path, { force: true });
    const backends = await Promise.all(
      allBackends().map(async (backend) => ({
        name: backend.name,
        format: backend.format,
        ...(await backend.availability()),
      })),
    );
    const cache = cacheDir(env);
    const network = NETWORK_VARIABLES.flatMap((name) => {
      const value = env[name];
      return value ? [[name, withoutPassword(value)] as const] : [];
    });
    const facts = {
      samoyed: await version(),
      node: process.versions.node,
      platform: `${platform()} ${arch()}`,
      cache,
      cacheWritable: await isWritable(cache),
      golden: findGolden(),
      assets: findAssets(env),
      network: Object.fromEntries(network),
      leftovers: found.map(({ path, byteLength }) => ({ path, byteLength, removed: fix === "leftovers" })),
    };
    const mark = (ok: boolean, word: string): string => paint(terminal, ok ? "green" : "yellow", word);
    const rows = [
      ["backends"],
      ...backends.map((backend) =>
        backend.available
          ? [`  ${backend.name}`, mark(true, "ready"), backend.version]
          : [`  ${backend.name}`, mark(false, "not available"), `${backend.reason}; to mend it: ${backend.fix}`],
      ),
      ["files"],
      facts.cacheWritable
        ? ["  cache", mark(true, "ready"), cache]
        : ["  cache", mark(false, "not writable"), `${cache}; to mend it: set SAMOYED_CACHE to a folder that is`],
      facts.golden === null
        ? ["  golden data", mark(false, "not here"), "to mend it: install samoyed again, or give --golden DIR"]
        : ["  golden data", mark(true, "ready"), facts.golden],
      ...facts.assets.map(({ name, path }) =>
        path === null
          ? [`  ${name}`, mark(false, "not here"), "downloaded when needed; or set SAMOYED_ASSETS to its folder"]
          : [`  ${name}`, mark(true, "ready"), path],
      ),
      ...facts.leftovers.map(({ path, byteLength, removed }) => [
        "  left by a killed run",
        removed ? mark(true, "removed") : mark(false, formatBytes(byteLength)),
        removed ? path : `${path}; to mend it: samoyed doctor ${args.join(" ")} --fix leftovers`.replace("  ", " "),
      ]),
      ...(network.length > 0 ? [["network"], ...network.map(([name, value]) => [`  ${name}`, value])] : []),
    ];
    return {
      json: { ...facts, backends },
      text: `samoyed ${facts.samoyed}, node ${facts.node}, ${facts.platform}\n\n${columns(rows)}`,
    };
  },
};
