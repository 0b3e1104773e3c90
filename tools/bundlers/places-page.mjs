import { RUNTIMES } from "./runtimes.mjs";
import { VERSIONS } from "./versions.mjs";

const HEAD = `# Places

Where the packages that run models work. \`node tools/check-bundlers.mjs\` writes this page from real builds: it packs the packages, installs the tarballs into an empty project, builds it with each tool, and opens the page in Chromium or runs the script. Each loads a converted network and classifies a JPEG; a cell is green only if the class and its probability are those of Node.

- **passed**: works as installed, with no configuration. Where it ends up on a slower engine, the cell says how to get the faster one.
- **with …**: refused by an error that says what is missing, and works with the configuration named here.
- **refused**: cannot work there, and a typed error says why.
- **failed**: does not work; the reason.
- **not run**: the tool was not available when the page was written.
`;

const CELLS = {
  passed: (note) => (note ? `passed ${note}` : "passed"),
  cured: (note) => `with ${note}`,
  refused: (note) => `refused: ${note}`,
  failed: (note) => `**failed**: ${note}`,
  "not run": (note) => `not run: ${note}`,
};

/** The page docs/places.md: a table of place and package, and the errors that were seen. */
export function placesPage(rows) {
  const names = RUNTIMES.map(({ name }) => name);
  const table = rows.map(({ place, cells }) => {
    const line = names.map((name) => CELLS[cells[name].verdict](cell(cells[name].note)));
    return `| ${[place.title, ...line].join(" | ")} |`;
  });
  const refusals = rows.flatMap(({ place, cells }) =>
    names
      .filter((name) => cells[name].refusal !== undefined)
      .map((name) => `| ${place.title} | ${name} | ${cell(cells[name].refusal)} |`),
  );
  const tools = [
    ...new Set(Object.values(VERSIONS).flatMap((versions) => Object.entries(versions).map((tool) => tool.join(" ")))),
  ];
  return `${HEAD}
| | ${names.join(" | ")} |
| --- | --- | --- | --- |
${table.join("\n")}

## What is said without the configuration

| place | package | error |
| --- | --- | --- |
${refusals.join("\n")}

## Versions

${tools.join(", ")}.
`;
}

function cell(text) {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
