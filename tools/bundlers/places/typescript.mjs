import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { $ } from "zx";
import { Refusal } from "../page.mjs";
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

/** The compiler's errors of a user's module, with everything that it imports checked too. */
async function compileErrors({ app, runtime, resolution, tsc }) {
  const folder = join(app, "scripts");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${runtime.name}.ts`), SOURCE(runtime.name));
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
    files: [`${runtime.name}.ts`],
  };
  await writeFile(join(folder, `tsconfig.${runtime.name}.json`), JSON.stringify(config));
  const { stdout } = await $({
    cwd: folder,
    nothrow: true,
    quiet: true,
  })`${process.execPath} ${tsc} --project tsconfig.${runtime.name}.json --pretty false`;
  return stdout.split("\n").filter((line) => /error TS/.test(line));
}

/** The packages, other than ours, whose own types have errors. */
function foreignPackages(errors) {
  const names = errors.map((line) => /node_modules\/(?<name>(?:@[^/]+\/)?[^/]+)\//.exec(line)?.groups.name);
  return [...new Set(names.filter((name) => name !== undefined && !name.startsWith("@samoyed/")))];
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
        const errors = await compileErrors({ app, runtime, resolution, tsc });
        const others = foreignPackages(errors);
        const ours = errors.filter((line) => !others.some((name) => line.includes(`node_modules/${name}/`)));
        if (ours.length > 0) throw new Refusal({ name: "Error", message: `${resolution}: ${ours.join("; ")}` });
        for (const name of others) foreign.add(name);
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
