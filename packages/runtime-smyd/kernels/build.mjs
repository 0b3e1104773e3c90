// Compiles the kernels: sixteen variants from one source, each a TypeScript module of base64.
// Separate modules, loaded by import(), let a browser download one variant and ask nothing of a bundler. They are
// compressed below the base64, which compresses badly itself.
//   node kernels/build.mjs     does nothing where its sources are those of the last time
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { buildWhenStale } from "../../../tools/kernels/build-when-stale.mjs";
import { compile } from "../../../tools/kernels/compile.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

const FIELDS = at("../src/wasm/program/fields.ts");

const SIMD = ["--disableWarning", "112", "--enable", "simd"];
const RELAXED = ["--enable", "relaxed-simd"];
// The largest memory there is; the instance's own memory may be smaller.
const SHARED = ["--enable", "threads", "--sharedMemory", "--maximumMemory", "65536"];

// The kernels of convolutional classifiers, of transformers, of both and detectors, or all: a suffix of each.
const SETS = { "": 0, "-sequences": 1, "-usual": 2, "-all": 3 };

const VARIANTS = {
  plain: [],
  "plain-shared": SHARED,
  relaxed: RELAXED,
  "relaxed-shared": [...RELAXED, ...SHARED],
};

async function compileAll() {
  const { default: asc } = await import("assemblyscript/asc");
  // What the kernels were compiled with: the compiler of TypeScript compares it with what the planner has now.
  const modules = { "fields.ts": readFileSync(FIELDS, "utf8") };
  const variants = Object.entries(VARIANTS).flatMap(([name, flags]) =>
    Object.entries(SETS).map(([suffix, set]) => [name + suffix, [...flags, "--use", `KERNEL_SET=${set}`]]),
  );
  for (const [name, flags] of variants) {
    const bytes = await compile(asc, at("index.ts"), [...SIMD, ...flags]);
    const text = gzipSync(bytes, { level: 9 }).toString("base64");
    modules[`${name}.ts`] = `export const wasm: string = "${text}";\n`;
    console.log(`${name}: ${bytes.length} bytes, ${text.length} as text`);
  }
  return modules;
}

/** Builds the kernels' modules where they are not those of their sources; returns whether it did. */
export function buildKernels() {
  const kernels = readdirSync(at(".")).map((name) => at(name));
  return buildWhenStale({
    built: at("../src/wasm/kernels/built"),
    sources: [
      ...[...kernels, FIELDS, at("../../smyd-file/kernels/xxh64.ts")],
      ...[at("../package.json"), at("../../../tools/kernels/compile.mjs")],
    ],
    build: compileAll,
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await buildKernels();
