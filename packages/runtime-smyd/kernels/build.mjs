// Compiles the kernels: four variants from one source, and the hash by itself, each a TypeScript module of base64.
// Separate modules, loaded by import(), let a browser download one variant and ask nothing of a bundler. The variants are
// compressed below the base64, which compresses badly itself; the hash is wanted at once and is not.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import asc from "assemblyscript/asc";

const here = fileURLToPath(new URL(".", import.meta.url));
const built = join(here, "../src/kernels/built");

const RELAXED = ["--enable", "relaxed-simd"];
// The largest memory there is; the instance's own memory may be smaller.
const SHARED = ["--enable", "threads", "--sharedMemory", "--maximumMemory", "65536"];

const VARIANTS = {
  plain: { source: "index.ts", flags: [] },
  "plain-shared": { source: "index.ts", flags: SHARED },
  relaxed: { source: "index.ts", flags: RELAXED },
  "relaxed-shared": { source: "index.ts", flags: [...RELAXED, ...SHARED] },
  xxh64: { source: "xxh64.ts", flags: [], packing: "none" },
};

async function compile(name, { source, flags, packing = "gzip" }) {
  const output = join(built, `${name}.wasm`);
  const { error, stderr } = await asc.main(
    [
      join(here, source),
      ...["--outFile", output, "-O3", "--noAssert", "--runtime", "stub", "--importMemory", "--initialMemory", "1"],
      ...["--disableWarning", "112", "--enable", "simd", ...flags],
    ],
    {},
  );
  if (error) throw new Error(`${name}: ${stderr}`, { cause: error });
  const bytes = readFileSync(output);
  const text = (packing === "gzip" ? gzipSync(bytes, { level: 9 }) : bytes).toString("base64");
  writeFileSync(join(built, `${name}.ts`), `export const wasm: string = "${text}";\n`);
  console.log(`${name}: ${bytes.length} bytes, ${text.length} as text`);
}

mkdirSync(built, { recursive: true });
for (const [name, variant] of Object.entries(VARIANTS)) await compile(name, variant);
