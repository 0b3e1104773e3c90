// The program as a process: exit status, what is on which stream, terminals, pipes.
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { ARROW, filesIn, GOLDEN, LABELS, SHAPES, SHAPES_SETTINGS, temporaryFolder } from "./support/folders.ts";
import { spawnSamoyed, spawnShell } from "./support/spawn-samoyed.ts";
import { twoLines } from "./support/two-lines.ts";

const folder = temporaryFolder();
const env = { SAMOYED_CACHE: join(folder, "cache"), HOME: folder };
const model = join(folder, "resnext14_8x16d_c8-16-32-64.onnx");
const hideEngines = ["--import", new URL("support/hide-engines.mjs", import.meta.url).href];
const ESC = "\u001b";

/** Golden data whose case has another filter than timm had: its preprocessing fails. */
function wrongGolden(): string {
  const golden = join(folder, "golden");
  cpSync(join(GOLDEN, "trained"), join(golden, "trained"), { recursive: true });
  cpSync(join(GOLDEN, "cases", "shapes"), join(golden, "cases", "shapes"), { recursive: true });
  const path = join(golden, "cases", "shapes", "case.json");
  writeFileSync(path, readFileSync(path, "utf8").replace('"bicubic"', '"bilinear"'));
  return golden;
}

beforeAll(async () => {
  const ran = await spawnSamoyed(["convert", SHAPES, "--labels", LABELS, ...SHAPES_SETTINGS, "--out", folder], { env });
  expect(ran).toMatchObject({ code: 0, stderr: "" });
});

describe.concurrent("exit status and streams", () => {
  test("0, and stdout holds one JSON document and nothing else", async () => {
    for (const argv of [
      ["models", "ssl"],
      ["inspect", model],
      ["classify", model, ARROW],
    ]) {
      const { code, stdout, stderr } = await spawnSamoyed([...argv, "--json"], { env });
      expect([code, stderr]).toEqual([0, ""]);
      expect(typeof JSON.parse(stdout)).toBe("object");
      expect(stdout).toMatch(/[}\]]\n$/);
    }
    // Engines that doctor looks for may say things on stderr; stdout is ours.
    expect(JSON.parse((await spawnSamoyed(["doctor", "--json"], { env })).stdout)).toMatchObject({
      cacheWritable: true,
    });
  });

  test("an image and labels from the standard input, which - names; its own name is refused", async () => {
    const piped = await spawnShell(`cat '${ARROW}' | $SAMOYED classify '${model}' - --json`, { env });
    const given = await spawnSamoyed(["classify", model, ARROW, "--json"], { env });
    expect([piped.code, piped.stderr]).toEqual([0, ""]);
    expect(JSON.parse(piped.stdout.replaceAll('"-"', JSON.stringify(ARROW)))).toEqual(JSON.parse(given.stdout));
    const named = await spawnShell(`cat '${LABELS}' | $SAMOYED classify '${model}' '${ARROW}' --labels /dev/stdin`, {
      env,
    });
    expect(named.code).toBe(3);
    expect(twoLines(named.stderr).what).toBe("/dev/stdin: is a named pipe; expected a file");
    const labels = await spawnShell(`cat '${LABELS}' | $SAMOYED classify '${model}' '${ARROW}' --labels -`, { env });
    expect(labels.code).toBe(0);
  });

  test("1: a check failed", async () => {
    const argv = ["check", "shapes", "--golden", wrongGolden(), "--backend", "onnxruntime-node"];
    const { code, stdout, stderr } = await spawnSamoyed(argv, { env });
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout).toMatch(/failed: preprocessing: 100 of 100 input tensors differ from timm's/);
  });

  test("2: wrong usage", async () => {
    const { code, stdout, stderr } = await spawnSamoyed(["convert", "--out"], { env });
    expect([code, stdout]).toEqual([2, ""]);
    twoLines(stderr);
  });

  test("3: bad input, also as JSON", async () => {
    const { code, stdout, stderr } = await spawnSamoyed(["inspect", ARROW, "--json"], { env });
    expect(code).toBe(3);
    const { what, todo } = twoLines(stderr);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "format", message: what, hint: todo } });
  });

  test("4: valid, not supported", async () => {
    const { code, stdout, stderr } = await spawnSamoyed(["convert", "seresnet18"], { env });
    expect([code, stdout]).toEqual([4, ""]);
    expect(twoLines(stderr).what).toBe("seresnet18.untrained: no weights are published");
  });

  test("5: nothing can run; the check says not run and what mends it", async () => {
    const argv = ["check", "shapes", "--backend", "onnxruntime-node,onnxruntime-web"];
    const { code, stdout, stderr } = await spawnSamoyed(argv, { env, node: hideEngines });
    expect([code, stderr]).toEqual([5, ""]);
    for (const engine of ["onnxruntime-node", "onnxruntime-web"]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${engine} +not run$`, "m"));
      expect(stdout).toContain(`${engine}: not run: ${engine} is not installed\n    npm install ${engine}\n`);
    }
    expect(stdout).toMatch(/^0 passed, 2 not run$/m);
  });

  test("5: classify without engines names each and the command that mends it", async () => {
    const { code, stderr } = await spawnSamoyed(["classify", model, ARROW], { env, node: hideEngines });
    expect(code).toBe(5);
    const { what, todo } = twoLines(stderr);
    expect(what).toContain("onnxruntime-node is not installed; onnxruntime-web: onnxruntime-web is not installed");
    expect(todo).toBe("npm install onnxruntime-node");
  });

  test("doctor without engines says what to do, and is no failure", async () => {
    const { code, stdout } = await spawnSamoyed(["doctor"], { env, node: hideEngines });
    expect(code).toBe(0);
    expect(stdout).toMatch(/onnxruntime-web +not available +onnxruntime-web is not installed; to mend it: npm install/);
  });
});

describe.concurrent("pipes and full disks", () => {
  test("a reader that goes away is no error", async () => {
    const short = await spawnShell("set -o pipefail; $SAMOYED models | head -1", { env });
    expect(short).toMatchObject({ code: 0, stderr: "" });
    expect(short.stdout).toMatch(/^name .*\n$/);
    // More than a pipe holds.
    const long = await spawnShell("set -o pipefail; $SAMOYED models --json | head -1", { env });
    expect(long).toMatchObject({ code: 0, stderr: "", stdout: "[\n" });
  });

  test("nor does it hide a failure", async () => {
    const line = "set -o pipefail; $SAMOYED inspect nowhere.pth --json 2>/dev/null | true";
    expect((await spawnShell(line, { env })).code).toBe(3);
  });

  test("stderr that nobody reads is no error either", async () => {
    const status = join(folder, "status");
    await spawnShell(`{ $SAMOYED inspect nowhere.pth; echo $? >${status}; } 2>&1 >/dev/null | true`, { env });
    expect(readFileSync(status, "utf8")).toBe("3\n");
  });

  test.runIf(process.platform === "linux")("output into a full disk is one, in two lines", async () => {
    for (const argv of ["models", "models --json", "--help"]) {
      const { code, stderr } = await spawnShell(`$SAMOYED ${argv} >/dev/full`, { env });
      expect(code).toBe(3);
      expect(twoLines(stderr).what).toBe("the standard output: cannot be written (ENOSPC)");
    }
  });
});

describe.concurrent("colors", () => {
  test.each([
    ["a pipe has none", {}, false],
    ["FORCE_COLOR gives them", { FORCE_COLOR: "1" }, true],
    ["FORCE_COLOR=0 does not", { FORCE_COLOR: "0" }, false],
    ["NO_COLOR wins", { FORCE_COLOR: "1", NO_COLOR: "1" }, false],
    ["an empty NO_COLOR says nothing", { FORCE_COLOR: "1", NO_COLOR: "" }, true],
  ])("%s", async (_, extra, colored) => {
    const { stdout, stderr } = await spawnSamoyed(["models", "ssl"], { env: { ...env, ...extra } });
    expect(stdout.includes(ESC)).toBe(colored);
    expect(stderr).toBe("");
  });
});

const script = spawnSync("script", ["--version"]).status === 0;
if (!script) console.warn("not run: `script` (util-linux) is not installed, so nothing was tried on a pseudo-terminal");

describe.runIf(script).concurrent("on a pseudo-terminal", () => {
  /** Runs a line with a pseudo-terminal as all three streams. */
  const onTerminal = (line: string, extra: Record<string, string> = {}): ReturnType<typeof spawnShell> =>
    spawnShell(`script --quiet --return --echo never --command "${line}" /dev/null`, { env: { ...env, ...extra } });

  test("progress shows, and is cleared before the result", async () => {
    const out = join(folder, "terminal");
    const { code, stdout } = await onTerminal(`$SAMOYED convert ${SHAPES} --out ${out}`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\r\u001b\[Kwriting resnext\S+ ░*█*░* *\d+ % · /);
    const result = stdout.lastIndexOf(`\r${ESC}[K`);
    expect(stdout.slice(result)).not.toContain("writing");
    expect(stdout.slice(result)).toContain(filesIn(out)[0]);
  });

  test("colors show, unless NO_COLOR or a dumb terminal forbids them", async () => {
    expect((await onTerminal("$SAMOYED models ssl")).stdout).toContain(`${ESC}[1mname`);
    expect((await onTerminal("$SAMOYED models ssl", { NO_COLOR: "1" })).stdout).not.toContain(ESC);
    expect((await onTerminal("$SAMOYED models ssl", { TERM: "dumb" })).stdout).not.toContain(ESC);
  });

  test.each([
    ["n\\n", 2, "the license was not accepted"],
    ["\\003", 130, "interrupted"],
    ["\\004", 130, "interrupted"],
    ["yes\\n", 5, "cannot be reached"],
  ])("the license, answered with %s: %i", async (keys, expected, what) => {
    const line = `script --quiet --return --echo never --command "$SAMOYED convert ssl_resnet18 --out ${folder}/no" /dev/null`;
    // Nobody listens on port 9 (discard).
    const mirror = { SAMOYED_MIRROR: "http://127.0.0.1:9", HOME: folder, SAMOYED_CACHE: join(folder, "none") };
    const log = join(folder, `question-${keys.replaceAll(/\W/gu, "")}.txt`);
    // A key that comes before the question does not answer it.
    const asked = `for try in $(seq 600); do grep -qs 'y/N' ${log} && break; sleep 0.1; done`;
    const typed = `{ ${asked}; printf '${keys}'; sleep 1; } | ${line} | tee ${log}`;
    const { code, stdout } = await spawnShell(`set -o pipefail; ${typed}`, { env: mirror });
    expect(stdout).toContain("published under CC-BY-NC 4.0");
    expect(stdout).toContain("Download it under this license? [y/N]");
    expect(stdout).toMatch(new RegExp(`^samoyed: .*${what}\r?$`, "m"));
    expect(code).toBe(expected);
  });

  test("--json stays pure: progress goes to stderr alone", async () => {
    const json = join(folder, "terminal.json");
    const { stdout } = await onTerminal(`$SAMOYED convert ${SHAPES} --out ${folder}/t2 --json >${json}`);
    expect(stdout).toContain("writing resnext");
    expect(JSON.parse(readFileSync(json, "utf8"))).toMatchObject({ numClasses: 10 });
  });
});

test("no progress where stderr is no terminal: not a byte", async () => {
  const { stderr } = await spawnSamoyed(["convert", SHAPES, "--out", join(folder, "quiet")], { env });
  expect(stderr).toBe("");
});
