import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openPage } from "../page.mjs";
import { serve } from "../serve.mjs";
import { writeSite } from "../site.mjs";
import { defaultCures } from "./built-page.mjs";

/** Conditions of a browser, in a manifest's `exports`. */
const CONDITIONS = ["browser", "import", "module", "default"];

/** The address of each entry of a package for a browser. */
function entriesOf(app, name) {
  const { exports, module, main } = JSON.parse(readFileSync(join(app, "node_modules", name, "package.json"), "utf8"));
  const base = `/node_modules/${name}/`;
  if (exports === undefined) return { [name]: base + (module ?? main ?? "index.js"), [`${name}/`]: base };
  return Object.fromEntries(
    Object.entries(exports).flatMap(([entry, target]) => {
      const file = fileOf(target);
      return file && !entry.includes("*") ? [[join(name, entry), base + file.replace("./", "")]] : [];
    }),
  );
}

function fileOf(target) {
  if (typeof target === "string") return target;
  for (const [condition, next] of Object.entries(target ?? {})) {
    if (CONDITIONS.includes(condition)) return fileOf(next);
  }
  return undefined;
}

/** Every package of the project that has an entry: what a site without a bundler lists. */
function importMap(app, names) {
  return { imports: Object.assign({}, ...names.map((name) => entriesOf(app, name))) };
}

export const IMPORT_MAP = [
  {
    name: "import-map",
    title: "An import map, without a bundler",
    cures: defaultCures,
    // TensorFlow.js's packages import CommonJS modules, and files without their endings.
    refuses: (runtime) => (runtime.name === "runtime-tfjs" ? /Build the page with a bundler/ : undefined),
    async attempt({ app, runtime, cure }) {
      const ours = readdirSync(join(app, "node_modules", "@samoyed")).map((name) => `@samoyed/${name}`);
      const engines = runtime.engines.filter((name) => name !== "onnxruntime-node");
      const site = await writeSite({ app, name: `import-map-${runtime.name}-${cure?.name ?? "plain"}`, runtime, cure });
      const map = JSON.stringify(importMap(app, [...ours, ...engines]), undefined, 2);
      await writeFile(
        join(site, "index.html"),
        `<!doctype html>\n<title>Samoyed</title>\n<script type="importmap">${map}</script>\n<script type="module" src="./main.js"></script>\n`,
      );
      const server = await serve([site, join(app, "public"), app]);
      try {
        return await openPage(server.url);
      } finally {
        server.close();
      }
    },
  },
];
