// Compiles the kernels: eight variants from one source, each a TypeScript module of base64.
// Separate modules, loaded by import(), let a browser download one variant and ask nothing of a bundler. They are
// compressed below the base64, which compresses badly itself.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import asc from "assemblyscript/asc";

const here = fileURLToPath(new URL(".", import.meta.url));
const built = join(here, "../src/wasm/kernels/built");

const RELAXED = ["--enable", "relaxed-simd"];
// The largest memory there is; the instance's own memory may be smaller.
const SHARED = ["--enable", "threads", "--sharedMemory", "--maximumMemory", "65536"];

// Without the kernels of operators that convolutional classifiers do not have, or with them.
const COMMON = ["--use", "ALL_KERNELS=0"];
const ALL = ["--use", "ALL_KERNELS=1"];

const VARIANTS = {
  plain: [],
  "plain-shared": SHARED,
  relaxed: RELAXED,
  "relaxed-shared": [...RELAXED, ...SHARED],
};

async function compile(name, flags) {
  const output = join(built, `${name}.wasm`);
  const { error, stderr } = await asc.main(
    [
      join(here, "index.ts"),
      ...["--outFile", output, "-O3", "--noAssert", "--runtime", "stub", "--importMemory", "--initialMemory", "1"],
      ...["--disableWarning", "112", "--enable", "simd", ...flags],
    ],
    {},
  );
  if (error) throw new Error(`${name}: ${stderr}`, { cause: error });
  const bytes = readFileSync(output);
  const text = gzipSync(bytes, { level: 9 }).toString("base64");
  writeFileSync(join(built, `${name}.ts`), `export const wasm: string = "${text}";\n`);
  console.log(`${name}: ${bytes.length} bytes, ${text.length} as text`);
}

mkdirSync(built, { recursive: true });
for (const [name, flags] of Object.entries(VARIANTS)) {
  await compile(name, [...flags, ...COMMON]);
  await compile(`${name}-all`, [...flags, ...ALL]);
}
