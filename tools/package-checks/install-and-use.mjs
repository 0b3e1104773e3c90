import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { $ } from "zx";
import { PNPM, ROOT } from "./pack-all.mjs";

/** A user's first script. */
const SCRIPT = `import { readFile } from "node:fs/promises";
import { loadClassifier } from "@samoyed/runtime-onnx";
const classifier = await loadClassifier("models/resnext14_8x16d_c8-16-32-64.onnx");
const [best] = await classifier.classify(await readFile("arrow.jpg"), { top: 1 });
console.log(best?.label);
`;

const TSCONFIG = {
  compilerOptions: {
    target: "es2023",
    module: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    // Our declarations are checked as well.
    skipLibCheck: false,
    lib: ["es2023", "dom"],
    types: ["node"],
  },
  files: ["classify.ts"],
};

const BACKENDS = "onnxruntime-node,onnxruntime-web,smyd,tfjs-wasm,tfjs-cpu";

/** Lists what does not work in a project that has only the tarballs of this checkout. */
export async function installAndUse(packed, { project }) {
  await install(packed, project);
  const found = [];
  const bin = join(project, "node_modules", ".bin");
  const env = { ...process.env, SAMOYED_CACHE: join(project, "cache"), NO_COLOR: "1" };

  /** Runs a command, and holds what it prints against what is expected. */
  async function expects(pattern, command) {
    const { exitCode, stdout, stderr } = await $({ cwd: project, env, nothrow: true, quiet: true })`${command}`;
    if (exitCode === 0 && pattern.test(stdout)) return;
    found.push(`${command.join(" ")}: exit status ${exitCode}; expected ${pattern}, got:\n${stdout}${stderr}`);
  }

  const { version } = packed.find(({ name }) => name === "samoyed");
  const samoyed = join(bin, "samoyed");
  const labels = ["--labels", "labels.txt", "--size", "96", "--out", "models"];
  await expects(new RegExp(`^${version.replaceAll(".", "\\.")}\n$`), [samoyed, "--version"]);
  await expects(/onnxruntime-node +ready[^]*golden data +ready +\S+node_modules/, [samoyed, "doctor"]);
  // Its list is read from the folder of a package that the program finds.
  await expects(/^vit_base_patch16_224\.augreg_in1k .*apache-2\.0$/m, [samoyed, "models", "vit_base_patch16_224"]);
  await expects(/next: samoyed classify models/, [samoyed, "convert", "shapes.pth", ...labels]);
  await expects(/^5 passed$/m, [samoyed, "check", "shapes", "--backend", BACKENDS, "--require", BACKENDS]);
  found.push(...(await typeErrors(project)));
  await expects(/^arrow\n$/, [process.execPath, "classify.js"]);
  return found;
}

/** Lists the compiler's errors in the user's script and in our declarations; Node's declarations are not ours. */
async function typeErrors(project) {
  const tsc = join(ROOT, "node_modules", ".bin", "tsc");
  const { stdout } = await $({ cwd: project, nothrow: true, quiet: true })`${tsc} --project .`;
  return stdout.split("\n").filter((line) => /error TS/.test(line) && !/^node_modules\/\S*@types[+/]node@/.test(line));
}

async function install(packed, project) {
  await mkdir(project, { recursive: true });
  const { devDependencies } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  const cli = JSON.parse(await readFile(join(ROOT, "packages", "cli", "package.json"), "utf8"));
  const files = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]));
  const manifest = {
    name: "user",
    private: true,
    type: "module",
    dependencies: {
      samoyed: files.samoyed,
      "@samoyed/runtime-onnx": files["@samoyed/runtime-onnx"],
      "onnxruntime-node": cli.optionalDependencies["onnxruntime-node"],
      "@types/node": devDependencies["@types/node"],
    },
  };
  await writeFile(join(project, "package.json"), JSON.stringify(manifest, undefined, 2));
  // Between one another the packages name versions that are published nowhere yet.
  const settings = [
    "overrides:",
    ...Object.entries(files).map(([name, file]) => `  ${JSON.stringify(name)}: ${JSON.stringify(file)}`),
    "allowBuilds:",
    "  onnxruntime-node: false",
    "  protobufjs: false",
  ];
  await writeFile(join(project, "pnpm-workspace.yaml"), `${settings.join("\n")}\n`);
  await writeFile(join(project, "tsconfig.json"), JSON.stringify(TSCONFIG, undefined, 2));
  await writeFile(join(project, "classify.ts"), SCRIPT);
  for (const [from, to] of [
    ["trained/shapes.pth", "shapes.pth"],
    ["trained/labels.txt", "labels.txt"],
    ["trained/images/000.jpg", "arrow.jpg"],
  ])
    await cp(join(ROOT, "golden", from), join(project, to));
  await $({ cwd: project, quiet: true })`${PNPM} install --prefer-offline --ignore-scripts --no-frozen-lockfile`;
}
