import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { $ } from "zx";
import { ROOT } from "./pack-all.mjs";

/** Files that no user needs: tests, their data, and the compiler's own files. */
const LEAKS =
  /(^|\/)(tests?|fixtures|node_modules|\.turbo|coverage)(\/|$)|\.test\.|\.tsbuildinfo$|test-results|vitest|\.tgz$/;

const MAX_FILE_BYTES = 1_000_000;

/** Lists the problems of a tarball, one line each. */
export async function inspectTarball({ name, source, tarball }, { scratch }) {
  const folder = join(scratch, "unpacked", name);
  await mkdir(folder, { recursive: true });
  await $`tar -xzf ${tarball} -C ${folder}`;
  const root = join(folder, "package");
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll("\\", "/"),
    );
  const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const found = [
    ...leaks(files),
    ...(await large(files, root)),
    ...missing(files, manifest),
    ...stale(files, source),
    ...ranges(manifest),
    ...(await lint(tarball)),
    ...(await types(tarball, manifest)),
  ];
  return found.map((line) => `${name}: ${line}`);
}

function leaks(files) {
  return files.filter((file) => LEAKS.test(file)).map((file) => `${file} must not be packed`);
}

async function large(files, root) {
  const found = [];
  for (const file of files) {
    const { size } = await stat(join(root, file));
    if (size > MAX_FILE_BYTES) found.push(`${file} has ${size} bytes; expected at most ${MAX_FILE_BYTES}`);
  }
  return found;
}

function missing(files, { exports = {}, bin = {} }) {
  const named = [...JSON.stringify(exports).matchAll(/"\.\/([^"*]+\.[a-z.]+)"/g)].map((match) => match[1]);
  const wanted = new Set([
    "README.md",
    "LICENSE",
    ...named,
    ...Object.values(bin).map((path) => path.replace("./", "")),
  ]);
  return [...wanted].filter((file) => !files.includes(file)).map((file) => `${file} is missing`);
}

/** Compiled files whose source is gone: tsc leaves them behind. */
function stale(files, source) {
  return files
    .filter((file) => /^dist\/.*\.js$/.test(file))
    .filter((file) => !existsSync(join(source, file.replace(/^dist\//, "src/").replace(/\.js$/, ".ts"))))
    .map((file) => `${file} has no source any more; remove the dist folder and build again`);
}

function ranges({ dependencies = {}, optionalDependencies = {}, peerDependencies = {} }) {
  return Object.entries({ ...dependencies, ...optionalDependencies, ...peerDependencies })
    .filter(([, range]) => /^(workspace|catalog|file|link):/.test(range))
    .map(([dependency, range]) => `${dependency} is ${range}, which no registry knows`);
}

async function lint(tarball) {
  const bytes = await readFile(tarball);
  const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball: data }, strict: true });
  return messages
    .filter(({ type }) => type !== "suggestion")
    .map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`);
}

async function types(tarball, { exports }) {
  const attw = join(ROOT, "node_modules", ".bin", "attw");
  // Scripts to be run are not modules to be imported, and have no types.
  const scripts = Object.keys(exports).filter((entry) => /\.mjs$/.test(exports[entry]));
  const without = scripts.length === 0 ? [] : ["--exclude-entrypoints", ...scripts];
  const options = ["--profile", "esm-only", "--format", "ascii", "--no-color", ...without];
  const result = await $({ nothrow: true, quiet: true })`${attw} ${tarball} ${options}`;
  return result.exitCode === 0 ? [] : [`attw: ${result.stdout.trim().replaceAll("\n", "\n         ")}`];
}
