import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { COMMAND_NAMES, loadCommands } from "../src/commands/index.ts";
import { EXIT } from "../src/exit-codes.ts";
import { COMMON_OPTIONS } from "../src/help.ts";
import { environment } from "./support/environment.ts";
import { filesIn, GOLDEN, ROOT, temporaryFolder } from "./support/folders.ts";
import { BIN } from "./support/spawn-samoyed.ts";
import { WEIGHT_TYPES } from "@samoyed/convert";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const folder = temporaryFolder();

test("the session in the README runs, line by line", () => {
  const session = /```sh\n(.*?)```/s.exec(readme)?.[1];
  expect(session).toContain("samoyed convert");
  symlinkSync(GOLDEN, join(folder, "golden"), "dir");
  const script = `set -e\nsamoyed() { '${process.execPath}' '${BIN}' "$@"; }\n${session}`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], {
    cwd: folder,
    env: environment({ SAMOYED_CACHE: join(folder, "cache") }),
    encoding: "utf8",
  });
  expect([stderr, status]).toEqual(["", 0]);
  expect(stdout).toMatch(/000\.jpg\n {2}0\.\d{4} {2}arrow\n/);
  expect(stdout).toMatch(/^2 passed$/m);
  expect(filesIn(folder)).toEqual([
    "arrow.npy",
    "golden",
    "logits.layer4.0.act3.npy",
    "logits.npy",
    "models/resnext14_8x16d_c8-16-32-64.onnx",
    "report/junit.xml",
    "report/report.html",
    "report/report.json",
  ]);
});

test("the README names every command and every exit code", () => {
  for (const name of COMMAND_NAMES) expect(readme).toMatch(new RegExp(`^\\| \`${name}[ \`]`, "m"));
  for (const code of Object.values(EXIT)) expect(readme).toMatch(new RegExp(`\\| ${code} +\\|`));
});

test("every option in the README is one, and every type of weights is named", async () => {
  const known = (await loadCommands()).flatMap(({ options }) => Object.keys(options));
  const named = [...readme.matchAll(/--([a-z][a-z-]*)/g)].map((match) => match[1]!);
  // npm's own.
  const others = new Set([...known, ...Object.keys(COMMON_OPTIONS), "global"]);
  expect(named.filter((name) => !others.has(name))).toEqual([]);
  for (const type of WEIGHT_TYPES.filter((name) => name !== "float32"))
    expect(readme).toMatch(new RegExp(`\\b${type}\``));
});

test("what a checkout is told to type is there, and no name that the registry does not have", () => {
  const texts = ["README.md", "tools/start.mjs"].map((file) => readFileSync(join(ROOT, file), "utf8"));
  for (const text of texts) expect(text).not.toContain("npx samoyed");
  const path = /^\$ node (\S+) convert /m.exec(texts[0]!)?.[1];
  expect(existsSync(join(ROOT, path!))).toBe(true);
});
