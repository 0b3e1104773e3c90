import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { installTool } from "../tool.mjs";
import { runProgram } from "./run-program.mjs";

/** Jest loads files with require() by its own loader, which knows no ES modules unless Node gives it the means. */
const VM_MODULES = {
  name: "vm-modules",
  text: "`NODE_OPTIONS=--experimental-vm-modules` and a test that uses `import`",
  says: /ES ?Modules?|outside a module|ECMAScript Modules|export|import/i,
};

/** onnxruntime compares classes, and Jest gives tests classes of their own. */
const SHARED_ARRAYS = {
  ...VM_MODULES,
  name: "shared-arrays",
  text: `${VM_MODULES.text}; a test environment that shares \`Float32Array\``,
};

const ENVIRONMENT = (base) => `const { TestEnvironment } = require(${JSON.stringify(base)});

module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.global.Float32Array = Float32Array;
  }
};
`;

function testSource(runtime, how) {
  const load =
    how === "require"
      ? `const { readFile } = require("node:fs/promises");\nconst { loadClassifier } = require("@samoyed/${runtime.name}");`
      : `import { readFile } from "node:fs/promises";\nimport { loadClassifier } from "@samoyed/${runtime.name}";`;
  return `${load}

test("classifies", async () => {
  const classifier = await loadClassifier("../../public/${runtime.model}");
  const [best] = await classifier.classify(await readFile("../../public/arrow.jpg"), { top: 1 });
  await classifier.dispose();
  process.stdout.write(JSON.stringify({ label: best.label, probability: best.probability, backend: classifier.backend }) + "\\n");
}, 60_000);
`;
}

export const JEST = [
  {
    name: "jest",
    title: "Jest 30",
    cures: (runtime) => (runtime.name === "runtime-onnx" ? [SHARED_ARRAYS] : [VM_MODULES]),
    async attempt({ app, runtime, cure }) {
      const tool = await installTool("jest");
      const folder = join(app, "sites", `jest-${runtime.name}-${cure?.name ?? "plain"}`);
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      const how = cure ? "import" : "require";
      await writeFile(join(folder, `classify.test.${cure ? "mjs" : "cjs"}`), testSource(runtime, how));
      const environment = join(tool.folder, "node_modules", "jest-environment-node");
      await writeFile(join(folder, "environment.cjs"), ENVIRONMENT(environment));
      await writeFile(
        join(folder, "jest.config.json"),
        JSON.stringify({
          testMatch: ["**/*.test.*"],
          moduleFileExtensions: ["js", "mjs", "cjs", "json"],
          transform: {},
          haste: { forceNodeFilesystemAPI: true },
          watchman: false,
          ...(cure?.name === SHARED_ARRAYS.name && { testEnvironment: "./environment.cjs" }),
        }),
      );
      const program = join(tool.folder, "node_modules", "jest", "bin", "jest.js");
      const env = cure ? { NODE_OPTIONS: "--experimental-vm-modules" } : {};
      return runProgram(
        [process.execPath, program, "--rootDir", folder, "--config", "jest.config.json", "--runInBand"],
        { cwd: folder, env },
      );
    },
  },
];
