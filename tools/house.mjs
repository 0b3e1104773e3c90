// The house plan: which package may import which. One direction only; `node tools/house.mjs` fails on a breach.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { TEST_SUPPORT } from "./house-tests.mjs";
import { importsOf, packageOf, typescriptFiles } from "./imports-of.mjs";

/** Allowed workspace imports of each package's shipped code (tests may import more). */
export const PLAN = {
  core: [],
  checkpoint: ["core"],
  ir: ["core"],
  graph: ["core", "ir"],
  models: ["core", "ir", "graph"],
  "format-onnx": ["core", "ir", "graph"],
  "tfjs-file": ["core"],
  "format-tfjs": ["core", "ir", "graph", "tfjs-file"],
  "smyd-file": ["core", "ir"],
  "format-smyd": ["core", "ir", "graph", "smyd-file"],
  convert: ["core", "checkpoint", "ir", "graph", "models", "format-onnx", "format-tfjs", "format-smyd", "runtime-smyd"],
  preprocess: ["core"],
  runtime: ["core", "preprocess"],
  "runtime-onnx": ["core", "runtime"],
  "runtime-tfjs": ["core", "runtime", "tfjs-file"],
  "runtime-smyd": ["core", "ir", "runtime", "smyd-file"],
  golden: ["core"],
  cli: [
    "core",
    "checkpoint",
    "graph",
    "models",
    "convert",
    "preprocess",
    "runtime",
    "runtime-onnx",
    "runtime-tfjs",
    "runtime-smyd",
    "golden",
  ],
};

/** Built-in modules are for files reached through a package's `./node` entry, and for the command line. */
const NODE_PACKAGES = new Set(["cli"]);

function sourceFiles(folder) {
  return typescriptFiles(folder).filter((file) => !file.endsWith(".test.ts"));
}

/** Relative imports reachable from a package's browser entry. */
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

/** The breaches of the plan in a checkout, one line each. */
export function breaches(root, plan = PLAN) {
  const found = [];
  for (const [name, allowed] of Object.entries(plan)) {
    const folder = join(root, "packages", name);
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const declared = Object.keys(manifest.dependencies ?? {}).filter((key) => key.startsWith("@samoyed/"));
    const used = new Set();
    for (const file of sourceFiles(join(folder, "src"))) {
      for (const specifier of importsOf(readFileSync(file, "utf8"))) {
        const other = packageOf(specifier);
        if (other === undefined) continue;
        used.add(other);
        if (!allowed.includes(other))
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
  const packages = readdirSync(join(root, "packages"));
  for (const name of packages)
    if (name !== TEST_SUPPORT && !Object.hasOwn(plan, name)) found.push(`packages/${name} is not in the plan`);
  return found;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const found = breaches(root);
  for (const line of found) console.error(line);
  console.log(found.length === 0 ? "house plan: dependencies point one way" : `house plan: ${found.length} breaches`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
