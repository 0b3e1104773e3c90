import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { $ } from "zx";
import { Refusal } from "../refusal.mjs";
import { RUNTIMES } from "../runtimes.mjs";
import { installTool } from "../tool.mjs";

const SOURCE = (name) => `import { loadClassifier } from "@samoyed/${name}";
import type { Classifier } from "@samoyed/runtime";

export async function best(model: string, image: Uint8Array): Promise<string | undefined> {
  const classifier: Classifier = await loadClassifier(model, { threads: 1 });
  const [first] = await classifier.classify(image, { top: 1 });
  await classifier.dispose();
  const label: string | undefined = first?.label;
  return label;
}
`;

/** How projects resolve: as Node does, and as bundlers do. */
const RESOLUTIONS = {
  nodenext: { module: "nodenext", moduleResolution: "nodenext" },
  bundler: { module: "esnext", moduleResolution: "bundler" },
};

/** Programs that were compiled: one has the modules of all runtimes. */
const compiled = new Map();

/** The compiler's errors of a user's modules, with everything that they import checked too. */
function compileErrors({ app, resolution, tsc }) {
  const key = [app, resolution, tsc].join(" ");
  if (!compiled.has(key)) compiled.set(key, compile({ app, resolution, tsc }));
  return compiled.get(key);
}

async function compile({ app, resolution, tsc }) {
  const folder = join(app, "scripts");
  await mkdir(folder, { recursive: true });
  for (const { name } of RUNTIMES) await writeFile(join(folder, `${name}.ts`), SOURCE(name));
  const config = {
    compilerOptions: {
      ...RESOLUTIONS[resolution],
      target: "es2022",
      lib: ["es2023", "dom"],
      types: ["node"],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
    },
    files: RUNTIMES.map(({ name }) => `${name}.ts`),
  };
  await writeFile(join(folder, `tsconfig.${resolution}.json`), JSON.stringify(config));
  const { stdout } = await $({
    cwd: folder,
    nothrow: true,
    quiet: true,
  })`${process.execPath} ${tsc} --project tsconfig.${resolution}.json --pretty false`;
  return stdout.split("\n").filter((line) => /error TS/.test(line));
}

/** The package that a line of the compiler is about: one of node_modules, or the runtime of a module of the user's. */
function packageOf(line) {
  const installed = /node_modules\/(?<name>(?:@[^/]+\/)?[^/]+)\//.exec(line)?.groups.name;
  return installed ?? /^(?<name>runtime-[a-z]+)\.ts/.exec(line)?.groups.name ?? "the project";
}

function isOurs(runtime, name) {
  return name === runtime.name || name === "the project" || name.startsWith("@samoyed/");
}

/** Whether a package of others belongs to another runtime's engines, whose types this one does not import. */
function isOfAnother(runtime, name) {
  return RUNTIMES.some((other) => other !== runtime && (other.name === name || other.engines.includes(name)));
}

function typescriptPlace(version, tool) {
  return {
    name: `typescript-${version}`,
    title: `TypeScript ${version}, nodenext and bundler, without skipLibCheck`,
    answers: "none",
    cures: () => [],
    async attempt({ app, runtime }) {
      const { folder } = await installTool(tool);
      const tsc = join(folder, "node_modules", "typescript", "bin", "tsc");
      const foreign = new Set();
      for (const resolution of Object.keys(RESOLUTIONS)) {
        const errors = await compileErrors({ app, resolution, tsc });
        const ours = errors.filter((line) => isOurs(runtime, packageOf(line)));
        if (ours.length > 0) throw new Refusal({ name: "Error", message: `${resolution}: ${ours.join("; ")}` });
        for (const name of errors.map(packageOf)) if (!isOfAnother(runtime, name)) foreign.add(name);
      }
      return { note: foreign.size === 0 ? "" : `the types of ${[...foreign].join(", ")} have errors of their own` };
    },
  };
}

export const TYPESCRIPT = [
  typescriptPlace("5.4", "typescript54"),
  typescriptPlace("5.9", "typescript59"),
  typescriptPlace("7", "typescript7"),
];
