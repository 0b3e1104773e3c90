import { spawn } from "node:child_process";
import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { BACKENDS } from "./available.ts";
import { newFolder } from "./models.ts";

const SCRIPT = fileURLToPath(new URL("../setup-tfjs-node.mjs", import.meta.url));
const runs = BACKENDS.some(([, backend, here]) => backend.name === "tfjs-node" && here);

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(script: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const folder = join(script, "..");
  const child = spawn(process.execPath, [script, "--cache", join(folder, "cache")], {
    cwd: folder,
    env: { ...process.env, NODE_PATH: "", ...env },
  });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.on("data", (data: Buffer) => out.push(String(data)));
  child.stderr.on("data", (data: Buffer) => err.push(String(data)));
  const code = await new Promise<number | null>((done) => child.on("close", done));
  return { code, stdout: out.join(""), stderr: err.join("") };
}

/** Makes a folder with the script, and a package that does not load and whose download cannot be reached. */
async function broken(): Promise<string> {
  const folder = await newFolder();
  const script = join(folder, "setup.mjs");
  await copyFile(SCRIPT, script);
  const place = join(folder, "node_modules", "@tensorflow", "tfjs-node");
  await mkdir(place, { recursive: true });
  const manifest = {
    name: "@tensorflow/tfjs-node",
    version: "4.22.0",
    main: "index.js",
    binary: { host: "http://127.0.0.1:1" },
  };
  await writeFile(join(place, "package.json"), JSON.stringify(manifest));
  await writeFile(join(place, "index.js"), "throw new Error('no binding');");
  return script;
}

async function program(script: string, name: string, text: string): Promise<string> {
  const path = join(script, "..", name);
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return path;
}

describe("setup-tfjs-node", () => {
  test.skipIf(!runs)("does nothing if tfjs-node works", async () => {
    expect(await run(SCRIPT)).toEqual({ code: 0, stdout: "tfjs-node: ready\n", stderr: "" });
  });

  test("a package that is not installed: two lines, 5", async () => {
    const script = join(await newFolder(), "setup.mjs");
    await copyFile(SCRIPT, script);
    const { code, stderr } = await run(script);
    expect(code).toBe(5);
    expect(stderr).toMatch(
      /^tfjs-node: @tensorflow\/tfjs-node is not installed\nRun: npm install --ignore-scripts .*\n$/,
    );
  });

  test.skipIf(process.platform !== "linux")("no Python, or one that is too old: two lines, 5", async () => {
    const script = await broken();
    expect(await run(script, { PYTHON: "/nowhere/python" })).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/^tfjs-node: needs Python 3\.10 or newer; none found\nInstall it .*\n$/),
    });
    const old = await program(script, "old-python", "echo 3.8");
    expect((await run(script, { PYTHON: old })).stderr).toMatch(/none found \(.*old-python is 3\.8\)/);
  });

  test.skipIf(process.platform !== "linux")("a failing pip says why, and leaves nothing half done", async () => {
    const script = await broken();
    const python = await program(
      script,
      "python",
      'case "$1" in -c) echo 3.11;; *) echo "no such wheel" >&2; exit 1;; esac',
    );
    const { code, stderr } = await run(script, { PYTHON: python });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^no such wheel\ntfjs-node: pip could not install tensorflow-cpu==2\.21\.0\nSee pip's message/,
    );
  });

  test.skipIf(process.platform !== "linux")("no compiler: two lines, 5", async () => {
    const script = await broken();
    const make = [
      'case "$1" in -c) echo 3.11; exit;; esac',
      'while [ "$1" != --target ]; do shift; done',
      'mkdir -p "$2/tensorflow/include"',
      'touch "$2/tensorflow/libtensorflow_cc.so.2" "$2/tensorflow/libtensorflow_framework.so.2"',
    ];
    const python = await program(script, "python", make.join("\n"));
    const { code, stderr } = await run(script, { PYTHON: python, CXX: "/nowhere/g++" });
    expect(code).toBe(5);
    expect(stderr).toMatch(/^tfjs-node: needs \/nowhere\/g\+\+ to build; not found\nInstall a C\+\+ compiler and make/);
  });
});
