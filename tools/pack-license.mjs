// Copies the license into the package that is packed: npm takes it only from the package's own folder. npm and pnpm call
// this in that folder before packing, and with --remove afterwards: in a checkout there is one license, at the top.
import { copyFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

if (process.argv[2] === "--remove") rmSync("LICENSE", { force: true });
else copyFileSync(fileURLToPath(new URL("../LICENSE", import.meta.url)), "LICENSE");
