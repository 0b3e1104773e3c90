// Bundles the command line into packages/cli/bundle, the program that users install. npm and pnpm call this before packing,
// and with --remove afterwards: in a checkout bin/samoyed.js runs the modules as they were built.
import { readFileSync, rmSync } from "node:fs";
import { isBuiltin } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const CLI = new URL("../packages/cli/", import.meta.url);
const path = (file) => fileURLToPath(new URL(file, CLI));

/** The program, whose modules every command needs. */
const ENTRY = path("dist/bundled.js");
/** What conversion needs, and most other commands in part: in two files, since each file takes as long as 15 KB of it. */
const CONVERT = path("dist/commands/convert.js");
/** The reader of checkpoints, one of them: no file of a package may have a megabyte. */
const CHECKPOINT = fileURLToPath(new URL("../packages/checkpoint/", import.meta.url));
const FOLDER = path("bundle");

/** The path of the bundled program. */
export const PROGRAM = path("bundle/samoyed.js");

/** The modules that a module imports at once, itself included. */
function closure(entry, context) {
  const found = new Set([entry]);
  for (const id of found) for (const imported of context.getModuleInfo(id)?.importedIds ?? []) found.add(imported);
  return found;
}

/** Names the file of a module: `undefined` for what is loaded only when it is needed. */
function fileNamer() {
  let program;
  let convert;
  return (id, context) => {
    // Not the program itself: it waits for commands, and they for the file that they share with it.
    if (id === ENTRY) return undefined;
    program ??= closure(ENTRY, context);
    if (program.has(id)) return "program";
    convert ??= closure(CONVERT, context);
    if (!convert.has(id)) return undefined;
    return id.startsWith(CHECKPOINT) ? "checkpoint" : "conversion";
  };
}

/** The package of an import that is neither a file nor a part of Node; `undefined` for those. */
function packageOf(specifier) {
  if (/^[./]/.test(specifier) || isBuiltin(specifier)) return undefined;
  return /^(?:@[^/]+\/)?[^/]+/.exec(specifier)[0];
}

/**
 * Bundles the built command line. Other projects' packages stay imports, which are resolved where the program is
 * installed.
 *
 * @throws Error when the program imports a package that its manifest does not declare.
 */
export async function packBundle() {
  removeBundle();
  const build = await rolldown({
    input: { samoyed: ENTRY },
    platform: "node",
    external: (id) => packageOf(id) !== undefined && !id.startsWith("@samoyed/"),
    preserveEntrySignatures: "allow-extension",
  });
  const { output } = await build.write({
    dir: FOLDER,
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [{ debugName: "loaded at once", name: fileNamer() }],
    },
  });
  await build.close();
  const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(
    readFileSync(path("package.json"), "utf8"),
  );
  const declared = { ...dependencies, ...optionalDependencies, ...peerDependencies };
  const files = new Set(output.map(({ fileName }) => fileName));
  const imported = output.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports]);
  const packages = new Set(imported.filter((name) => !files.has(name)).map(packageOf));
  const missing = [...packages].filter((name) => name !== undefined && !Object.hasOwn(declared, name));
  if (missing.length > 0) {
    throw new Error(`the bundle imports ${missing.join(" and ")}, which packages/cli/package.json does not declare`);
  }
}

/** Removes what `packBundle` wrote. */
export function removeBundle() {
  rmSync(FOLDER, { recursive: true, force: true });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  if (process.argv[2] === "--remove") removeBundle();
  else await packBundle();
}
