import { RUNTIMES } from "./runtimes.mjs";
import { VERSIONS } from "./versions.mjs";

const HEAD = `# Places

Where the packages that run models work. \`node tools/check-bundlers.mjs --write\` writes this page; no line is written by
hand. It packs the packages, installs the tarballs into an empty project, builds that with each tool, and opens the page in
Chromium or runs the script. Each loads a converted network and classifies a JPEG, and passes only if the class and its
probability are those of Node; for TypeScript, the compiler checks a module and all declarations that it imports.

- passed: works as installed. Where it ends up on a slower engine, the cell says how to get the faster one.
- with …: refused by an error that says what is missing, and works with the configuration that the cell names.
- refused: cannot work there, and a typed error says why.
- **failed**: does not work; the reason.
- _not run_: says nothing about the place, and is no pass.
`;

const CELLS = {
  passed: (note) => (note ? `passed: ${note}` : "passed"),
  cured: (note) => `with ${note}`,
  refused: (note) => `refused: ${note}`,
  failed: (note) => `**failed**: ${note}`,
  "not run": (note) => `_not run_: ${note}`,
};

/** The page docs/places.md: a table of place and package, and the errors that were seen. */
export function placesPage(rows) {
  const names = RUNTIMES.map(({ name }) => name);
  const table = rows.map(({ place, cells }) => {
    const line = names.map((name) => CELLS[cells[name].verdict](cell(cells[name].note)));
    return `| ${[place.title, ...line].join(" | ")} |`;
  });
  const tools = [
    ...new Set(Object.values(VERSIONS).flatMap((versions) => Object.entries(versions).map((tool) => tool.join(" ")))),
  ];
  return `${HEAD}
| | ${names.join(" | ")} |
| --- | --- | --- | --- |
${table.join("\n")}

## What is said without the configuration

| package | error | places |
| --- | --- | --- |
${refusals(rows, names).join("\n")}

## Versions

${tools.join(", ")}.
`;
}

/** Each error that was seen, and where. */
function refusals(rows, names) {
  const places = new Map();
  for (const name of names) {
    for (const { place, cells } of rows) {
      if (cells[name].refusal === undefined) continue;
      const seen = `| ${name} | ${cell(cells[name].refusal)}`;
      places.set(seen, [...(places.get(seen) ?? []), place.title]);
    }
  }
  return Array.from(places, ([seen, titles]) => `${seen} | ${titles.join("; ")} |`);
}

/** Text in a table, without what differs from run to run: the ports and folders of test sites. */
function cell(text) {
  return text
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, "http://site")
    .replaceAll(/app\/sites\/[^/\s]+/g, "site")
    .replaceAll("|", "\\|")
    .replaceAll("<", "&lt;");
}
