import { replaceUnprintable } from "@samoyed/core";
import { REFERENCE_AUTHOR } from "./check.ts";
import { cellOf, type ReportTable, reportTable, weightsText } from "./report-rows.ts";
import type { Report } from "./report.ts";
import type { BackendResult, CaseResult } from "./result.ts";
import { summaryText } from "./summary-text.ts";

/** Styles. Colors have a contrast of at least 4.5 in both schemes, and every color is also expressed in words. */
const STYLE = `
:root { color-scheme: light dark; --ok: #116329; --bad: #b3261e; --open: #7a4d00; --line: #d0d7de; --dim: #57606a; }
@media (prefers-color-scheme: dark) {
  :root { --ok: #56d364; --bad: #ff8a80; --open: #e3b341; --line: #3d444d; --dim: #9aa4ae; }
}
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; padding: 0 1rem; max-width: 72rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--dim); }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
th[scope=row] { font-weight: 500; }
.reference { color: var(--dim); }
.passed { color: var(--ok); } .failed { color: var(--bad); } .contradicted, .not-run, .stand-in { color: var(--open); }
.stand-in { font-weight: 600; }
details td { white-space: normal; }
`;

/** Renders the report as one HTML file that loads nothing else: readable in light and dark, on paper, and by screen readers. */
export function renderHtml(report: Report): string {
  const environment = Object.entries(report.environment).map(([key, value]) => `${key} ${value}`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Samoyed check</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Samoyed check</h1>
<p>${escape(summaryText(report.summary)).replaceAll("\n", "<br>")}</p>
${report.cases.map(caseSection).join("\n")}
</main>
<footer><p class="reference">${escape([report.generator, ...environment].join(", "))}</p></footer>
</body>
</html>
`;
}

function caseSection(result: CaseResult): string {
  const table = reportTable(result);
  const weights = `<p${result.standIn ? ' class="stand-in"' : ""}>${escape(weightsText(result))}</p>`;
  const notes = table.notes.map(({ kind, text, fix }) => {
    const remedy = fix === undefined ? "" : `<br><code>${escape(fix)}</code>`;
    return `<li class="${className(kind)}">${escape(kind === "failed" ? `failed: ${text}` : text)}${remedy}</li>`;
  });
  return `<section>
<h2>${escape(result.name)}</h2>
<p>${escape(result.title)}</p>
${weights}
<div class="scroll" role="region" tabindex="0" aria-label="${escape(`Results of ${result.name}`)}">
${tableHtml(table, result)}
</div>
<ul>
${notes.join("\n")}
</ul>
${layersHtml(result)}${result.backends
    .filter((backend) => backend.checks.length > 0)
    .map(checksHtml)
    .join("\n")}
</section>`;
}

function tableHtml({ columns, rows }: ReportTable, result: CaseResult): string {
  const head = columns
    .map(({ key, title }) => `<th scope="col">${escape(key === "name" ? "backend" : title)}</th>`)
    .join("");
  const body = rows.map((row) => {
    const cells = columns.map(({ key }) => {
      const text = escape(cellOf(row, key));
      if (key === "name") return `<th scope="row">${text}</th>`;
      if (key === "verdict" && row.verdict) return `<td class="${className(row.verdict)}">${text}</td>`;
      return `<td>${text}</td>`;
    });
    return `<tr${row.verdict === undefined ? ' class="reference"' : ""}>${cells.join("")}</tr>`;
  });
  const images = `${result.images} image${result.images === 1 ? "" : "s"}`;
  return `<table>
<caption>${escape(`${result.model}, ${images}. F is the noise of ${REFERENCE_AUTHOR[result.noiseOf ?? "recorded"]}'s float32.`)}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body.join("\n")}
</tbody>
</table>`;
}

/** Table of each tapped backend's layers with their errors, in order of computation. */
function layersHtml({ backends }: CaseResult): string {
  const tapped = backends.flatMap(({ backend, taps }) => (taps ? [{ backend, ...taps }] : []));
  const [first] = tapped;
  if (!first) return "";
  const rows = first.layers.map(({ name }, index) => {
    const cells = tapped.map(({ layers, largestStep }) => {
      const { maxInNoise, sqnr } = layers[index]!;
      const text = `${maxInNoise.toFixed(1)} F, ${sqnr.toFixed(1)} dB`;
      return `<td>${largestStep.name === name ? `<strong>${text}</strong>` : text}</td>`;
    });
    return `<tr><th scope="row">${escape(name)}</th>${cells.join("")}</tr>`;
  });
  const heads = tapped.map(({ backend }) => `<th scope="col">${escape(backend)}</th>`);
  return `<details><summary>Layers</summary>
<div class="scroll" role="region" tabindex="0" aria-label="Layers">
<table>
<caption>The largest difference from PyTorch's float64, where F is the noise of PyTorch's float32 in that layer; and how far the difference is below the values. In bold: where it grows most beyond that noise.</caption>
<thead><tr><th scope="col">layer</th>${heads.join("")}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></div></details>
`;
}

function checksHtml({ backend, checks }: BackendResult): string {
  const rows = checks.map(
    ({ name, status, reference, message }) =>
      `<tr><th scope="row">${name}</th><td class="${className(status)}">${status}</td><td>${reference}</td><td>${escape(message)}</td></tr>`,
  );
  return `<details><summary>Every check of ${escape(backend)}</summary>
<table><thead><tr><th scope="col">check</th><th scope="col">status</th><th scope="col">reference</th><th scope="col">what was found</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></details>`;
}

function className(kind: string): string {
  return kind === "not run" ? "not-run" : kind === "warned" ? "passed" : kind;
}

function escape(text: string): string {
  return replaceUnprintable(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
