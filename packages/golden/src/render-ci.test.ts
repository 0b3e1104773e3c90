import { expect, test } from "vitest";
import { renderAnnotations } from "./render-annotations.ts";
import { renderJUnit } from "./render-junit.ts";
import { renderMarkdown } from "./render-markdown.ts";
import { createReport } from "./report.ts";
import type { BackendResult, CaseResult } from "./result.ts";

const backend = (name: string, verdict: BackendResult["verdict"]): BackendResult => ({
  backend: name,
  verdict,
  standIn: false,
  references: ["recorded"],
  checks: [],
});
const CASE: CaseResult = {
  name: "a <case> | 100 %",
  title: "title",
  model: "model",
  images: 1,
  weights: "weights.pth",
  stored: "float32",
  standIn: false,
  preprocess: { name: "preprocess", status: "not run", reference: "exact", message: "no image" },
  backends: [
    { ...backend("good", { kind: "passed", notes: [] }), milliseconds: 12 },
    backend("bad", { kind: "failed", reasons: ["400 F, at\nimage 0", 'the "worst" & <b>'] }),
    backend("absent", { kind: "not run", reason: "not installed", fix: "npm install it" }),
  ],
  pytorch: [],
  documented: [],
  statements: [],
};
const report = createReport([CASE], { generator: "samoyed 0", required: ["absent"] });

test("JUnit: a suite for each case; failures and what did not run are told apart, and nothing breaks the XML", () => {
  expect(renderJUnit(report)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="samoyed 0">
  <testsuite name="a &lt;case&gt; | 100 %" tests="4" failures="1" skipped="2">
    <testcase classname="a &lt;case&gt; | 100 %" name="preprocessing"><skipped message="no image"/></testcase>
    <testcase classname="a &lt;case&gt; | 100 %" name="good" time="0.0120"/>
    <testcase classname="a &lt;case&gt; | 100 %" name="bad"><failure message="400 F, at&#10;image 0; the &quot;worst&quot; &amp; &lt;b&gt;"/></testcase>
    <testcase classname="a &lt;case&gt; | 100 %" name="absent"><skipped message="not installed npm install it"/></testcase>
  </testsuite>
</testsuites>
`);
});

test("Markdown: the verdict, a table, and no text of a file becomes markup", () => {
  const markdown = renderMarkdown(report);
  expect(markdown).toMatch(/^## samoyed check: failed$/m);
  expect(markdown).toMatch(/^\| bad \| failed \|/m);
  expect(markdown).not.toMatch(/<b>|<case>/);
  expect(markdown.split("\n").filter((line) => line.startsWith("|"))).toHaveLength(5);
});

test("annotations: one line for each failure and each required backend that did not run", () => {
  expect(renderAnnotations(report).trimEnd().split("\n")).toEqual([
    '::error title=a <case> | 100 %25 on bad::400 F, at%0Aimage 0; the "worst" & <b>',
    "::error title=a <case> | 100 %25%3A absent did not run::not installed",
  ]);
});
