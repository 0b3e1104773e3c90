// An interrupt in the middle of a conversion of about 100 MB leaves nothing half-written.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { filesIn, temporaryFolder } from "./support/folders.ts";
import { runMain } from "./support/run-main.ts";
import { type Exited, startSamoyed } from "./support/spawn-samoyed.ts";
import { drawnTensors, writeCheckpoint } from "./support/stand-in.ts";
import { twoLines } from "./support/two-lines.ts";

const folder = temporaryFolder();
const checkpoint = join(folder, "stand-in.pth");

beforeAll(async () => writeCheckpoint(checkpoint, await drawnTensors()), 60_000);

/** Starts a conversion and does something as soon as its unfinished file is there. */
async function whileWriting(
  name: string,
  act: (child: ReturnType<typeof startSamoyed>["child"]) => void,
  argv: readonly string[] = [],
): Promise<Exited & { readonly left: readonly string[] }> {
  const out = join(folder, name);
  mkdirSync(out);
  const { child, exited } = startSamoyed(["convert", checkpoint, "--out", out, ...argv]);
  const done = exited.then(() => "exited" as const);
  let state: "exited" | "running" = "running";
  while (state === "running" && readdirSync(out).length === 0)
    state = await Promise.race([done, wait(1, "running" as const)]);
  expect(readdirSync(out).join(), "the unfinished file, hidden").toMatch(/^\.resnext50\S+\.tmp$/);
  act(child);
  return { ...(await exited), left: filesIn(out) };
}

test.each(["SIGINT", "SIGTERM"] as const)("%s: 130, two lines, nothing left", async (signal) => {
  const { code, stdout, stderr, left } = await whileWriting(signal, (child) => child.kill(signal));
  expect({ code, stdout, left }).toEqual({ code: 130, stdout: "", left: [] });
  expect(twoLines(stderr)).toEqual({ what: "interrupted", todo: "Nothing half-written was left behind." });
});

/** Starts a conversion to folders that are not there yet, and does something as soon as there is a file in the last. */
async function whileWritingFolders(
  out: string,
  act: (child: ReturnType<typeof startSamoyed>["child"]) => void,
): Promise<Exited> {
  const { child, exited } = startSamoyed(["convert", checkpoint, "--to", "onnx,tfjs", "--out", out]);
  const started = (): boolean => existsSync(out) && filesIn(out).some((file) => /\.tfjs[\\/]\..*\.tmp$/.test(file));
  while (!started() && child.exitCode === null) await wait(1);
  expect(started()).toBe(true);
  act(child);
  return exited;
}

test.each(["SIGINT", "SIGTERM"] as const)("%s: folders that were made for the model go, too", async (signal) => {
  const mine = join(folder, `folders ${signal}`);
  mkdirSync(mine);
  const { code, stderr } = await whileWritingFolders(join(mine, "a", "b"), (child) => child.kill(signal));
  expect(code).toBe(130);
  expect(twoLines(stderr).todo).toBe("Nothing half-written was left behind.");
  expect(readdirSync(mine)).toEqual([]);
});

test("the second interrupt takes the folders, too", async () => {
  const mine = join(folder, "folders twice");
  mkdirSync(mine);
  await whileWritingFolders(join(mine, "a"), (child) => {
    child.kill("SIGSTOP");
    child.kill("SIGINT");
    child.kill("SIGTERM");
    child.kill("SIGCONT");
  });
  expect(readdirSync(mine)).toEqual([]);
});

test("with --json the interrupt is the one document", async () => {
  const { code, stdout, left } = await whileWriting("json", (child) => child.kill("SIGINT"), ["--json"]);
  expect({ code, left }).toEqual({ code: 130, left: [] });
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "aborted", message: "interrupted" } });
});

test("the second interrupt does not wait for anything, and leaves nothing either", async () => {
  const { code, signal, left } = await whileWriting("twice", (child) => {
    // Both are there when the process looks.
    child.kill("SIGSTOP");
    child.kill("SIGINT");
    child.kill("SIGTERM");
    child.kill("SIGCONT");
  });
  // What a shell gives as 130 or 143.
  expect(code).toBeNull();
  expect(["SIGINT", "SIGTERM"]).toContain(signal);
  expect(left).toEqual([]);
});

test("a check leaves neither a report nor the folder that was made for it", async () => {
  const mine = join(folder, "checked");
  mkdirSync(mine);
  const abort = new AbortController();
  const argv = ["check", "shapes", "--backend", "onnxruntime-node", "--report", join(mine, "a", "report")];
  const running = runMain(argv, { signal: abort.signal });
  while (readdirSync(mine).length === 0) await wait(1);
  abort.abort();
  expect((await running).code).toBe(130);
  expect(readdirSync(mine)).toEqual([]);
});

test("a file that was there before stays as it was", async () => {
  const out = join(folder, "before");
  expect((await runMain(["convert", checkpoint, "--out", out])).code).toBe(0);
  const [file] = filesIn(out);
  const abort = new AbortController();
  const running = runMain(["convert", checkpoint, "--out", out], { signal: abort.signal });
  while (readdirSync(out).length < 2) await wait(1);
  abort.abort();
  expect((await running).code).toBe(130);
  expect(filesIn(out)).toEqual([file]);
});

test.skipIf(process.platform === "win32")(
  "the second interrupt ends a process of which a thread is blocked",
  async () => {
    const fifo = join(folder, "fifo");
    execFileSync("mkfifo", [fifo]);
    // Without this, nothing of ours opens a pipe: a file on a server that does not answer blocks in the same way.
    const block = `import { open } from "node:fs"; open(${JSON.stringify(fifo)}, "r", () => undefined);`;
    const { child, exited } = startSamoyed(
      ["convert", checkpoint, "--to", "onnx,tfjs,smyd", "--out", join(folder, "fifo-out")],
      {
        node: ["--import", `data:text/javascript,${encodeURIComponent(block)}`],
      },
    );
    while (!existsSync(join(folder, "fifo-out")) && child.exitCode === null) await wait(1);
    child.kill("SIGSTOP");
    child.kill("SIGINT");
    child.kill("SIGTERM");
    child.kill("SIGCONT");
    const killer = setTimeout(() => child.kill("SIGKILL"), 20_000);
    const { signal } = await exited;
    clearTimeout(killer);
    expect(["SIGINT", "SIGTERM"]).toContain(signal);
  },
);
