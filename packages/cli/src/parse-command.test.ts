import { UsageError } from "@samoyed/core";
import { expect, test } from "vitest";
import type { Command } from "./command.ts";
import { parseCommand } from "./parse-command.ts";

const command: Command = {
  name: "convert",
  summary: "",
  usage: "",
  options: {
    out: { type: "string", description: "" },
    to: { type: "string", multiple: true, description: "" },
    fold: { type: "boolean", description: "" },
  },
  examples: [],
  run: () => Promise.reject(new Error("not called")),
};

test("options, repeated options and arguments in any order", () => {
  expect(parseCommand(command, ["a", "--out", "dir", "b", "--to=x", "--to", "y", "--fold", "-h"])).toEqual({
    args: ["a", "b"],
    values: { __proto__: null, out: "dir", to: ["x", "y"], fold: true, help: true },
  });
  expect(parseCommand(command, ["--", "--out"]).args).toEqual(["--out"]);
});

test.each([
  [["--oot", "x"], "samoyed convert has no option --oot", "Did you mean --out? See: samoyed convert --help"],
  [["--zebra"], "samoyed convert has no option --zebra", "See: samoyed convert --help"],
  [["-x"], "samoyed convert has no option -x", "See: samoyed convert --help"],
  [["--out"], /^convert: Option '--out <value>' argument missing$/, "See: samoyed convert --help"],
  [
    ["--out", "--fold"],
    /^convert: Option '--out' argument is ambiguous$/,
    "Where the value begins with a dash: --out=VALUE. See: samoyed convert --help",
  ],
  [["--fold=yes"], /^convert: Option '--fold' does not take an argument$/, "See: samoyed convert --help"],
])("%j is wrong usage", (argv, message, hint) => {
  const parse = (): unknown => parseCommand(command, argv);
  expect(parse).toThrow(UsageError);
  expect(parse).toThrow(message);
  expect(parse).toThrow(expect.objectContaining({ hint }));
});
