import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const FLAGS = ["-O3", "--noAssert", "--runtime", "stub", "--importMemory", "--initialMemory", "1"];

/**
 * Compiles AssemblyScript to WebAssembly.
 *
 * @param asc the compiler, `assemblyscript/asc` of the package that asks
 * @param entry the path of the module whose exports are the WebAssembly's
 * @throws Error with the compiler's messages
 */
export async function compile(asc, entry, flags = []) {
  const folder = mkdtempSync(join(tmpdir(), "samoyed-kernels-"));
  const from = process.cwd();
  try {
    // The compiler looks for packages from where it runs.
    process.chdir(dirname(entry));
    const output = join(folder, "out.wasm");
    const { error, stderr } = await asc.main([entry, "--outFile", output, ...FLAGS, ...flags], {});
    if (error) throw new Error(`${entry}: ${stderr}`, { cause: error });
    return readFileSync(output);
  } finally {
    process.chdir(from);
    rmSync(folder, { recursive: true });
  }
}
