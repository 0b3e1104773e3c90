import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { installTool, NotRun } from "../tool.mjs";
import { runProgram } from "./run-program.mjs";

/** A user's script in Node: by `import` or by `require()`. */
export function nodeScript(runtime, how) {
  const load =
    how === "require"
      ? `const { readFile } = require("node:fs/promises");\nconst { loadClassifier } = require("@samoyed/${runtime.name}");`
      : `import { readFile } from "node:fs/promises";\nimport { loadClassifier } from "@samoyed/${runtime.name}";`;
  return `${load}
async function use() {
  const classifier = await loadClassifier("public/${runtime.model}");
  const [best] = await classifier.classify(await readFile("public/arrow.jpg"), { top: 1 });
  await classifier.dispose();
  console.log(JSON.stringify({ label: best.label, probability: best.probability, backend: classifier.backend }));
}
use().catch((error) => {
  console.log(JSON.stringify({ error: { name: error.name, message: error.message, hint: error.hint } }));
  process.exitCode = 1;
});
`;
}

/** Writes a script next to the project's node_modules. */
export async function writeScript(app, file, text) {
  await mkdir(join(app, "scripts"), { recursive: true });
  await writeFile(join(app, "scripts", file), text);
  return join("scripts", file);
}

/** Node of a version: the program of the npm package that carries it. */
async function nodeProgram(tool) {
  const { folder } = await installTool(tool);
  const program = join(folder, "node_modules", `node-${process.platform}-${process.arch}`, "bin", "node");
  if (!existsSync(program)) throw new NotRun(`${tool} has no program for ${process.platform} ${process.arch}`);
  return program;
}

function nodePlace(version, how) {
  return {
    name: `node-${version}${how === "require" ? "-require" : ""}`,
    title: `Node ${version}, \`${how === "require" ? "require()" : "import"}\``,
    cures: () => [],
    async attempt({ app, runtime }) {
      const extension = how === "require" ? "cjs" : "mjs";
      const script = await writeScript(app, `${how}-${runtime.name}.${extension}`, nodeScript(runtime, how));
      return runProgram([await nodeProgram(`node${version}`), script], { cwd: app });
    },
  };
}

export const NODE = [20, 22, 24].flatMap((version) => [nodePlace(version, "import"), nodePlace(version, "require")]);
