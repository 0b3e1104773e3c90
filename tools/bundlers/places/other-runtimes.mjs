import { existsSync } from "node:fs";
import { join } from "node:path";
import { installTool, NotRun } from "../tool.mjs";
import { nodeScript, writeScript } from "./node.mjs";
import { runProgram } from "./run-program.mjs";

/** The programs inside the packages that npm chooses by platform; install scripts would only copy them. */
const PROGRAMS = {
  bun: [join("@oven", `bun-${process.platform}-${process.arch === "arm64" ? "aarch64" : process.arch}`, "bin", "bun")],
  deno: [
    join("@deno", `${process.platform}-${process.arch}-glibc`, "deno"),
    join("@deno", `${process.platform}-${process.arch}`, "deno"),
  ],
};

async function programOf(name) {
  const { folder } = await installTool(name);
  const found = PROGRAMS[name].map((path) => join(folder, "node_modules", path)).find((path) => existsSync(path));
  if (found === undefined) throw new NotRun(`${name} has no program for ${process.platform} ${process.arch}`);
  return found;
}

function scriptPlace({ name, title, options }) {
  return {
    name,
    title,
    cures: () => [],
    async attempt({ app, runtime }) {
      const script = await writeScript(app, `import-${runtime.name}.mjs`, nodeScript(runtime, "import"));
      return runProgram([await programOf(name), ...options, script], { cwd: app });
    },
  };
}

export const OTHER_RUNTIMES = [
  scriptPlace({ name: "bun", title: "Bun 1", options: [] }),
  scriptPlace({
    name: "deno",
    title: "Deno 2",
    options: ["run", "--allow-all", "--no-config", "--node-modules-dir=manual", "--no-lock"],
  }),
];
