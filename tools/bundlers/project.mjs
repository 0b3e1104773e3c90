import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { $ } from "zx";
import { packAll, PNPM, ROOT } from "../package-checks/pack-all.mjs";
import { RUNTIMES } from "./runtimes.mjs";

/** The network that every place runs, and an image whose class it knows. */
const TRAINED = join(ROOT, "golden", "trained");
const NAME = "resnext14_8x16d_c8-16-32-64";

/**
 * Makes a user's project: the tarballs of this checkout and the engines in a flat node_modules, as npm lays it, the
 * models converted by the installed command line, and in `public` what a site serves.
 */
export async function makeProject(folder) {
  const packed = await packAll(join(folder, "tarballs"));
  const app = join(folder, "app");
  await mkdir(app, { recursive: true });
  const files = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]));
  const engines = Object.assign(
    {},
    ...(await Promise.all(RUNTIMES.map(({ name, engines: wanted }) => engineVersions(name, wanted)))),
  );
  const { devDependencies } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  const dependencies = { ...files, ...engines, "@types/node": devDependencies["@types/node"] };
  await writeFile(
    join(app, "package.json"),
    JSON.stringify({ name: "site", private: true, type: "module", dependencies }, undefined, 2),
  );
  const settings = [
    "nodeLinker: hoisted",
    "overrides:",
    ...Object.entries(files).map(([name, file]) => `  ${JSON.stringify(name)}: ${JSON.stringify(file)}`),
    "allowBuilds:",
    "  onnxruntime-node: false",
    "  protobufjs: false",
    "  core-js: false",
  ];
  await writeFile(join(app, "pnpm-workspace.yaml"), `${settings.join("\n")}\n`);
  await $({ cwd: app, quiet: true })`${PNPM} install --prefer-offline --ignore-scripts --no-frozen-lockfile`;
  await convertModels(app);
  await copyEngines(app);
  return app;
}

async function engineVersions(runtime, wanted) {
  const manifest = JSON.parse(await readFile(join(ROOT, "packages", runtime, "package.json"), "utf8"));
  return Object.fromEntries(wanted.map((name) => [name, manifest.devDependencies[name]]));
}

async function convertModels(app) {
  const site = join(app, "public");
  await mkdir(site, { recursive: true });
  const samoyed = join(app, "node_modules", ".bin", "samoyed");
  const options = ["--labels", join(TRAINED, "labels.txt"), "--size", "96", "--to", "onnx,tfjs,smyd"];
  await $({ cwd: app, quiet: true })`${samoyed} convert ${join(TRAINED, "shapes.pth")} ${options} --out models`;
  for (const [from, to] of [
    [`${NAME}.onnx`, "shapes.onnx"],
    [`${NAME}.smyd`, "shapes.smyd"],
    [`${NAME}.tfjs`, "shapes.tfjs"],
  ])
    await cp(join(app, "models", from), join(site, to), { recursive: true });
  await cp(join(TRAINED, "images", "000.jpg"), join(site, "arrow.jpg"));
}

/** The engines' WebAssembly files, as their READMEs have them copied. */
async function copyEngines(app) {
  const to = join(app, "public", "engines");
  const tfjs = join(app, "node_modules", "@tensorflow", "tfjs-backend-wasm", "dist");
  const wasm = (await readdir(tfjs)).filter((file) => file.endsWith(".wasm")).map((file) => join(tfjs, file));
  wasm.push(join(app, "node_modules", "onnxruntime-web", "dist", "ort-wasm-simd-threaded.wasm"));
  await mkdir(to, { recursive: true });
  for (const file of wasm) await cp(file, join(to, file.split("/").at(-1)));
}
