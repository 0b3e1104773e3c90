import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadCommands } from "../src/commands/index.ts";
import { COMMON_OPTIONS } from "../src/help.ts";
import { parseCommand } from "../src/parse-command.ts";
import { runMain } from "./support/run-main.ts";
import { twoLines } from "./support/two-lines.ts";

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
const COMMANDS = await loadCommands();
const names = COMMANDS.map((command) => command.name);

test("the commands of the design", () => {
  expect(names).toEqual(["models", "inspect", "convert", "preprocess", "classify", "run", "check", "doctor"]);
});

test.each([[["--help"]], [["-h"]], [["help"]]])("%j lists every command on stdout", async (argv) => {
  const { code, stdout, stderr } = await runMain(argv);
  expect([code, stderr]).toEqual([0, ""]);
  for (const { name, summary } of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${name} +${summary}$`, "m"));
  expect(stdout).toMatch(/examples:\n {2}samoyed convert /);
});

test("nothing at all is wrong usage: the help on stderr, nothing on stdout", async () => {
  const { code, stdout, stderr } = await runMain([]);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("usage: samoyed <command>");
});

test.each([[["--version"]], [["-v"]], [["convert", "--version"]]])(
  "%j prints the version and nothing else",
  async (argv) => expect(await runMain(argv)).toMatchObject({ code: 0, stdout: `${manifest.version}\n`, stderr: "" }),
);

test.each([
  [["--version", "--json"]],
  [["--json", "-v"]],
  [["convert", "--version", "--json"]],
  [["doctor", "--json", "--version"]],
])("%j: the version as one JSON document", async (argv) => {
  const { code, json, stderr } = await runMain(argv);
  expect([code, json, stderr]).toEqual([0, { version: manifest.version }, ""]);
});

test.each([
  [["--help", "--json"]],
  [["--json", "--help"]],
  [["-h", "--json"]],
  [["--json", "help"]],
  [["help", "--json"]],
])("%j: the help as one JSON document", async (argv) => {
  const { code, json, stderr } = await runMain(argv);
  const { stdout } = await runMain(["--help"]);
  expect([code, json, stderr]).toEqual([0, { help: stdout }, ""]);
});

test.each([
  [["models", "--help", "--json"]],
  [["models", "--json", "-h"]],
  [["help", "models", "--json"]],
  [["help", "--json", "models"]],
  [["--json", "help", "models"]],
])("%j: a command's help as one JSON document", async (argv) => {
  const { code, json, stderr } = await runMain(argv);
  const { stdout } = await runMain(["models", "--help"]);
  expect([code, json, stderr]).toEqual([0, { help: stdout }, ""]);
});

test.each(names)("%s --help: usage, every option, examples", async (name) => {
  const command = COMMANDS.find((candidate) => candidate.name === name)!;
  for (const argv of [
    [name, "--help"],
    [name, "-h"],
    ["help", name],
    [name, "an argument", "--help"],
  ]) {
    const { code, stdout, stderr } = await runMain(argv);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`usage: samoyed ${name} ${command.usage}`.trimEnd());
    for (const option of Object.keys({ ...command.options, ...COMMON_OPTIONS })) {
      expect(stdout).toMatch(new RegExp(`^ {2}--${option}( \\S+( \\S+)*)? {2,}\\S`, "m"));
    }
    for (const example of command.examples) expect(stdout).toContain(`  ${example}\n`);
    const [options] = stdout.slice(stdout.indexOf("options:")).split("examples:");
    expect(options!.split("\n").filter((line) => line.length > 80)).toEqual([]);
  }
});

/** A shell line's words: our examples quote with single quotes at most. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2]!);
}

test.each(COMMANDS.flatMap(({ examples }) => examples))("the example holds: %s", (example) => {
  const [program, name, ...rest] = words(example);
  expect(program).toBe("samoyed");
  const command = COMMANDS.find((candidate) => candidate.name === name)!;
  const { values } = parseCommand(command, rest);
  expect(values["help"]).toBeUndefined();
  expect(example).toContain(`samoyed ${name}`);
});

test.each(names)("%s has at least one example of its own", (name) => {
  const { examples } = COMMANDS.find((candidate) => candidate.name === name)!;
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) expect(words(example)[1]).toBe(name);
});

test.each([
  [["convrt", "a.pth"], 'samoyed has no command "convrt"', "Did you mean convert?"],
  [["frobnicate"], 'samoyed has no command "frobnicate"', "See: samoyed --help"],
  [["help", "chekc"], 'samoyed has no command "chekc"', "Did you mean check?"],
  [["--verbose", "models"], "--verbose stands where a command was expected", "Options go after the command"],
  [["models", "--jsno"], "samoyed models has no option --jsno", "Did you mean --json?"],
  [["convert", "a.pth", "--out"], "convert: Option '--out <value>' argument missing", "See: samoyed convert"],
  [["models", "a", "b"], "got 2 patterns; expected at most one", "Quote it"],
  [["inspect"], "got 0 arguments; expected one: FILE", "--help"],
  [["inspect", "a", "b"], "got 2 arguments; expected one: FILE", "--help"],
  [["convert"], "got 0 arguments; expected one: SOURCE", "--help"],
  [["convert", "a.pth", "--to", "tflite"], '--to got "tflite"; expected onnx', "See"],
  [["convert", "a.pth", "--weights", "int4"], '--weights got "int4"; expected one of float32, float16', "See"],
  [["convert", "a.pth", "--size", "0"], '--size got "0"; expected', "See"],
  [["preprocess", "a.jpg"], "preprocess needs --out FILE.npy", "samoyed preprocess --help"],
  [["classify", "a.onnx"], "classify needs an artifact and at least one image", "samoyed classify --help"],
  [["classify", "a.onnx", "b.jpg", "--top", "none"], '--top got "none"; expected', "See"],
  [
    ["classify", "a.onnx", "b.jpg", "--backend", "onnxruntime-nod"],
    'no backend is called "onnxruntime-nod"',
    "onnxruntime-node",
  ],
  [["run", "a.onnx", "--input", "x.npy"], "run needs --input X.npy and --output Y.npy", "samoyed run --help"],
  [["check", "shape"], 'no case or set is called "shape"; cases are', "Did you mean shapes?"],
  [["check", "--backend", "cuda"], 'no backend is called "cuda"', "doctor"],
  [["check", "--require", "cuda"], 'no backend is called "cuda"', "doctor"],
  [["check", "--require", "all,cuda"], 'no backend is called "cuda"', "doctor"],
  [["check", "--require", ""], '--require got ""; expected names with commas between them', "Leave --require out"],
  [["check", "--backend", ""], '--backend got ""; expected names with commas between them', "Leave --backend out"],
  [["check", "--shard", "2"], 'the shard is "2"; expected I/N', "write 2/3"],
  [["check", "shapes", "--shard", "1/2"], "--shard 1/2: there are 1 cases", "--shard I/N"],
  [["check", "--checkpoint", "a.pth"], "--checkpoint with 3 cases; expected exactly one", "samoyed check CASE"],
  [["check", "--golden", "/nowhere"], "/nowhere: no golden cases here", "--golden DIR"],
  [["doctor", "--fix", "all"], '--fix got "all"; expected one of leftovers, tfjs-node', "See"],
])("%j: exit 2 and two lines", async (argv, what, todo) => {
  const { code, stdout, stderr } = await runMain(argv);
  expect([code, stdout]).toEqual([2, ""]);
  const lines = twoLines(stderr);
  expect(lines.what).toContain(what);
  expect(lines.todo).toContain(todo);
});

test("with --json an error is one JSON document on stdout, and still two lines on stderr", async () => {
  const ran = await runMain(["inspect", "nowhere.pth", "--json"]);
  expect(ran.code).toBe(3);
  const { what, todo } = twoLines(ran.stderr);
  expect(ran.json).toEqual({ error: { code: "io", message: what, hint: todo, details: { systemCode: "ENOENT" } } });
});

test("an error that nobody threw on purpose is a bug: 70", async () => {
  const out = (): never => {
    throw new TypeError("out is broken");
  };
  const { code, stderr } = await runMain(["doctor"], { terminal: { out } });
  expect(code).toBe(70);
  expect(stderr).toMatch(/^samoyed: out is broken\n {2}This is a bug in Samoyed: .*\nTypeError: out is broken\n/);
});
