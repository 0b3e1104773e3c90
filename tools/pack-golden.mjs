// Copies the golden data into the command line's package, so that `samoyed check` works where it is installed. npm and pnpm
// call this before packing, and with --remove afterwards: in a checkout there is one golden folder, at the top.
import { cp, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, "packages", "cli", "golden");

/** Files that no case needs: the same weights in the old container. */
const LEFT_OUT = new Set(["shapes-legacy.pth"]);

await rm(target, { recursive: true, force: true });
if (process.argv[2] !== "--remove") {
  for (const folder of ["cases", "images", "trained"]) {
    await cp(join(root, "golden", folder), join(target, folder), {
      recursive: true,
      filter: (source) => !LEFT_OUT.has(basename(source)),
    });
  }
}
