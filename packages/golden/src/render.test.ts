import { expect, test } from "vitest";
import type { CaseResult } from "./result.ts";
import { renderHtml } from "./render-html.ts";
import { renderTable } from "./render-table.ts";
import { createReport } from "./report.ts";

const comparison = {
  maxAbs: 1.2e-5,
  maxInNoise: 0.4,
  worst: { image: 0, class: 3 },
  rms: 3e-6,
  rmsInNoise: 0.5,
  kl: 2e-12,
  cosine: 1,
};
const top = [{ index: 258, label: "Samoyed", probability: 0.64252 }];
const RESULT: CaseResult = {
  name: "samoyed-drawn",
  title: "ssl_resnext50_32x4d on a drawn dog",
  model: "resnext50_32x4d.fb_ssl_yfcc100m_ft_in1k",
  images: 1,
  weights: "stand-in weights: seeded, not trained",
  standIn: true,
  preprocess: {
    name: "preprocess",
    status: "passed",
    reference: "exact",
    message: "the input tensor is timm's to the bit",
  },
  backends: [
    {
      backend: "onnxruntime-node",
      version: "1.30.0",
      verdict: { kind: "passed", notes: [] },
      standIn: true,
      references: ["recorded", "documented"],
      checks: [{ name: "max", status: "passed", reference: "recorded", message: "fine <so far>" }],
      comparison,
      top,
      milliseconds: 71.234,
    },
    {
      backend: "onnxruntime-web",
      verdict: { kind: "not run", reason: "onnxruntime-web is not installed", fix: "npm install onnxruntime-web" },
      standIn: true,
      references: [],
      checks: [],
    },
    {
      backend: "broken",
      version: "0.1",
      verdict: { kind: "failed", reasons: ["the largest difference is 1.0e-2 = 400.0 F"] },
      standIn: true,
      references: ["recorded"],
      checks: [],
      comparison: { ...comparison, maxAbs: 0.01, maxInNoise: 400 },
    },
  ],
  stored: "float32",
  pytorch: [{ stored: "float32", top, noise: { max: 2.9e-5, rms: 6e-6 }, environment: { torch: "2.13.0" } }],
  documented: [{ source: "the page", top: [{ index: 258, label: "Samoyed", probability: 0.6425196528434753 }] }],
  statements: ["All is well."],
};

test("the terminal's table", () => {
  expect(renderTable([RESULT], { color: false, width: 130 })).toBe(`samoyed-drawn: ssl_resnext50_32x4d on a drawn dog
resnext50_32x4d.fb_ssl_yfcc100m_ft_in1k, 1 image
stand-in weights: seeded, not trained

                           verdict           reference              prediction      max |Δ|           rms Δ           KL       ms
  documented                                                        Samoyed 0.6425
  PyTorch, recorded                                                 Samoyed 0.6425  2.9e-5 (1.0 F)    6.0e-6 (1.0 F)
  onnxruntime-node 1.30.0  passed, stand-in  recorded + documented  Samoyed 0.6425  1.2e-5 (0.4 F)    3.0e-6 (0.5 F)  2.0e-12  71
  onnxruntime-web          not run
  broken 0.1               failed, stand-in  recorded                               1.0e-2 (400.0 F)  3.0e-6 (0.5 F)  2.0e-12

  preprocessing: the input tensor is timm's to the bit
  onnxruntime-web: not run: onnxruntime-web is not installed
    npm install onnxruntime-web
  failed: broken: the largest difference is 1.0e-2 = 400.0 F
  All is well.

1 passed, 1 failed, 1 not run; 3 of them on stand-in weights
`);
});

test("a narrow terminal shows the columns that fit, and whole words", () => {
  const lines = renderTable([RESULT], { color: false, width: 86 }).split("\n");
  expect(lines[4]).toBe("                           verdict           reference              prediction");
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(86);
  expect(renderTable([RESULT], { color: false, width: 10 })).toContain("passed, stand-in");
});

test("colors only on request, and in addition to the same words", () => {
  const plain = renderTable([RESULT], { color: false, width: 80 });
  const colored = renderTable([RESULT], { color: true, width: 80 });
  expect(plain).not.toContain("\u001b");
  expect(colored).toContain("\u001b[32mpassed, stand-in\u001b[0m");
  expect(colored).toContain("\u001b[31mfailed, stand-in\u001b[0m");
  // eslint-disable-next-line no-control-regex
  expect(colored.replace(/\u001b\[\d+m/g, "")).toBe(plain);
});

test("accuracy has a column where images are labeled", () => {
  const backend = { ...RESULT.backends[0]!, accuracy: { images: 100, correct: 97, referenceCorrect: 97, same: 100 } };
  const text = renderTable([{ ...RESULT, images: 100, standIn: false, backends: [backend] }], {
    color: false,
    width: 100,
  });
  expect(text).toContain("97.0 % of 100, 100 as PyTorch");
  expect(text).not.toContain("stand-in,");
});

test("text from files cannot send control sequences to the terminal", () => {
  const evil = { ...RESULT, title: "x\u001b]0;owned\u0007\r\n\u009b31m" };
  // eslint-disable-next-line no-control-regex
  expect(renderTable([evil], { color: false, width: 80 })).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test("the HTML is one file that loads nothing, escapes what it shows, and says everything in words", () => {
  const evil: CaseResult = { ...RESULT, title: `<script>alert("x")</script>\u202e`, statements: ["a & b < c"] };
  const html = renderHtml(createReport([evil], { generator: "samoyed 0.1.0", environment: { cpu: "<two cores>" } }));
  expect(html).not.toContain("<script");
  expect(html).not.toContain("\u202e");
  expect(html).toContain(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; `);
  expect(html).not.toMatch(/\b(src|href)=|url\(|@import/);
  expect(html).toContain("&#60;script&#62;");
  expect(html).toContain("a &#38; b &#60; c");
  expect(html).toContain("stand-in weights: seeded, not trained");
  expect(html).toContain("passed, stand-in");
  expect(html).toContain("prefers-color-scheme: dark");
  expect(html).toMatch(/<html lang="en">/);
  expect(html.match(/<th scope="row">/g)!.length).toBeGreaterThanOrEqual(5);
  expect(html.length).toBeLessThan(10_000);
});

test("the JSON has a version, and the same verdicts", () => {
  const report = JSON.parse(
    JSON.stringify(createReport([RESULT], { generator: "samoyed 0.1.0", required: ["onnxruntime-web"] })),
  );
  expect(report).toMatchObject({
    schema: 1,
    generator: "samoyed 0.1.0",
    summary: { passed: 1, failed: 1, notRun: 1, exitCode: 1, missing: [{ backend: "onnxruntime-web" }] },
    cases: [
      {
        backends: [
          { verdict: { kind: "passed" }, standIn: true },
          { verdict: { kind: "not run" } },
          { verdict: { kind: "failed" } },
        ],
      },
    ],
  });
});
