// Compiles the hash to a TypeScript module that contains the WebAssembly as base64, so that no bundler support is needed.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import asc from "assemblyscript/asc";

const here = fileURLToPath(new URL(".", import.meta.url));
const built = join(here, "../src/xxh64/built");
const output = join(built, "xxh64.wasm");

mkdirSync(built, { recursive: true });
const { error, stderr } = await asc.main([
  join(here, "xxh64.ts"),
  ...["--outFile", output, "-O3", "--noAssert", "--runtime", "stub", "--importMemory", "--initialMemory", "1"],
]);
if (error) throw new Error(`xxh64: ${stderr}`, { cause: error });
const bytes = readFileSync(output);
writeFileSync(join(built, "xxh64.ts"), `export const wasm: string = "${bytes.toString("base64")}";\n`);
console.log(`xxh64: ${bytes.length} bytes`);
