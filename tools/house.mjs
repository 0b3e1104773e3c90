// The house plan: which package may import which. One direction only; `node tools/house.mjs` fails on a breach.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { TEST_SUPPORT, testBreaches } from "./house-tests.mjs";
import { importsOf, packageOf, typescriptFiles } from "./imports-of.mjs";

/**
 * Allowed workspace imports of each package's shipped code (tests may import more). A star stands for any name: another
 * format or engine needs no line here, and no format imports a runtime.
 */
export const PLAN = {
  core: [],
  checkpoint: ["core"],
  ir: ["core"],
  graph: ["core", "ir"],
  architectures: ["core"],
  models: ["core", "ir", "graph", "architectures"],
  "*-file": ["core", "ir"],
  "format-pt2": ["core", "checkpoint", "ir", "graph"],
  "format-*": ["core", "ir", "graph", "*-file"],
  preprocess: ["core"],
  convert: ["core", "checkpoint", "ir", "graph", "models", "preprocess", "format-*", "runtime-smyd"],
  runtime: ["core", "preprocess"],
  "runtime-*": ["core", "ir", "runtime", "*-file"],
  golden: ["core"],
  check: ["core", "checkpoint", "ir", "graph", "models", "convert", "preprocess", "runtime", "golden"],
  cli: [
    ...["core", "checkpoint", "graph", "architectures", "models", "convert", "preprocess"],
    ...["runtime", "runtime-*", "golden", "check"],
  ],
};

/** Whether a name is one of some names, of which those with a star stand for many. */
function isAmong(name, patterns) {
  return patterns.some((pattern) => {
    const [start, end] = pattern.split("*");
    if (end === undefined) return name === pattern;
    return name.length > start.length + end.length && name.startsWith(start) && name.endsWith(end);
  });
}

/** Built-in modules are for files reached through a package's `./node` entry, and for packages that run in Node only. */
const NODE_PACKAGES = new Set(["check", "cli"]);

function sourceFiles(folder) {
  return typescriptFiles(folder).filter((file) => !file.endsWith(".test.ts"));
}

/** Finds the files reachable from a package's browser entry by relative imports. */
function reachable(entry, read) {
  const seen = new Set();
  const queue = [entry];
  while (queue.length > 0) {
    const file = queue.pop();
    if (seen.has(file)) continue;
    seen.add(file);
    for (const specifier of importsOf(read(file))) {
      if (specifier.startsWith(".")) queue.push(join(dirname(file), specifier));
    }
  }
  return seen;
}

/** Finds the breaches of the plan in a checkout, one line each. */
export function breaches(root, plan = PLAN) {
  const found = [];
  for (const name of readdirSync(join(root, "packages"))) {
    if (name === TEST_SUPPORT) continue;
    const key = Object.hasOwn(plan, name) ? name : Object.keys(plan).find((pattern) => isAmong(name, [pattern]));
    if (key === undefined) {
      found.push(`packages/${name} is not in the plan`);
      continue;
    }
    const allowed = plan[key];
    const folder = join(root, "packages", name);
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const declared = Object.keys(manifest.dependencies ?? {}).filter((key) => key.startsWith("@samoyed/"));
    const used = new Set();
    for (const file of sourceFiles(join(folder, "src"))) {
      for (const specifier of importsOf(readFileSync(file, "utf8"))) {
        const other = packageOf(specifier);
        if (other === undefined) continue;
        used.add(other);
        if (!isAmong(other, allowed))
          found.push(
            `${relative(root, file)} imports ${specifier}; ${name} may import: ${allowed.join(", ") || "nothing"}`,
          );
        else if (!declared.includes(`@samoyed/${other}`))
          found.push(
            `${relative(root, file)} imports ${specifier}, which packages/${name}/package.json does not declare`,
          );
      }
    }
    for (const dependency of declared) {
      if (!used.has(dependency.slice("@samoyed/".length)))
        found.push(`packages/${name}/package.json declares ${dependency}, which nothing in src imports`);
    }
    if (NODE_PACKAGES.has(name)) continue;
    for (const file of reachable(join(folder, "src", "index.ts"), (path) => readFileSync(path, "utf8"))) {
      for (const specifier of importsOf(readFileSync(file, "utf8"))) {
        if (specifier.startsWith("node:"))
          found.push(`${relative(root, file)} imports ${specifier} and is reached from the browser entry of ${name}`);
      }
    }
  }
  return found;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const found = [...breaches(root), ...testBreaches(root)];
  for (const line of found) console.error(line);
  console.log(found.length === 0 ? "house plan: dependencies point one way" : `house plan: ${found.length} breaches`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
