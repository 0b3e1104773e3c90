import { FormatError } from "@samoyed/core";
import { expect, test } from "vitest";
import { parseLabels } from "./parse-labels.ts";

const NAMES = ["cat", "dog", "red fox"];

test.each<[string, string]>([
  ["one a line", "cat\ndog\nred fox\n"],
  ["with carriage returns and a byte order mark", "\uFEFFcat\r\ndog\r\nred fox\r\n"],
  ["numbered", "0 cat\n1 dog\n2 red fox\n"],
  ["numbered with colons", "0: cat\n1: dog\n2: red fox\n"],
  ["in another order", "2 red fox\n0 cat\n1 dog"],
  ["CSV", "0,cat\n1,dog\n2,red fox\n"],
  ["CSV from 1 on", "1,cat\n2,dog\n3,red fox\n"],
  ["CSV with names first", "cat,0\ndog,1\nred fox,2\n"],
  ["CSV with quotation marks", '0,"cat"\n1,"dog"\n2,"red fox"\n'],
  ["CSV with the columns' names", "index,name\n0,cat\n1,dog\n2,red fox\n"],
  ["tabs", "0\tcat\n1\tdog\n2\tred fox"],
  ["a JSON list", JSON.stringify(NAMES)],
  ["JSON by number", JSON.stringify({ 0: "cat", 1: "dog", 2: "red fox" })],
  ["JSON by name", JSON.stringify({ "red fox": 2, cat: 0, dog: 1 })],
  ["ImageNet's index", JSON.stringify({ 0: ["n1", "cat"], 1: ["n2", "dog"], 2: ["n3", "red fox"] })],
  [
    "transformers' configuration",
    JSON.stringify({ model_type: "vit", id2label: { 0: "cat", 1: "dog", 2: "red fox" } }),
  ],
  ["timm's configuration", JSON.stringify({ architecture: "resnet18", label_names: NAMES })],
])("%s", (_, text) => {
  expect(parseLabels(text, "labels")).toEqual(NAMES);
});

test("a comma in a quoted name stays, and a doubled quotation mark is one", () => {
  expect(parseLabels('0,"Samoyed, Samoyede"\n1,"a ""b"""', "labels")).toEqual(["Samoyed, Samoyede", 'a "b"']);
});

test("names that begin with numbers or brackets are names", () => {
  for (const names of [
    ["7 up", "1 euro"],
    ["1 euro", "2 euro"],
    ["[a", "b]"],
    ["Samoyed, Samoyede", "cat, tiger"],
  ]) {
    expect(parseLabels(names.join("\n"), "labels")).toEqual(names);
  }
});

test.each<[string, string]>([
  ["0,cat\n2,dog", "numbers its classes otherwise than from 0 or 1 on"],
  ["0,cat\n0,dog", "numbers its classes otherwise"],
  ["cat\n\ndog", "line 2 is empty"],
  ['{"0":"cat","2":"dog"}', "has no class names"],
  ['["cat",1]', "has no class names"],
  ["[]", "has no class names"],
])("%j is refused", (text, message) => {
  expect(() => parseLabels(text, "labels")).toThrow(FormatError);
  expect(() => parseLabels(text, "labels")).toThrow(message);
});
