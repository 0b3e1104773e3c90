// The main job, as a user would type it. `npm start` builds first and then runs this.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { $, chalk, echo, glob } from "zx";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
const samoyed = join("packages", "cli", "bin", "samoyed.js");
const out = "out";

const heading = (text) => echo(`\n${chalk.bold(text)}\n`);

/** Runs one command of the command line and shows what a user would type. A failure ends this program with its exit status. */
async function run(...args) {
  echo(chalk.dim(`$ node ${samoyed} ${args.join(" ")}`));
  const result = await $({ stdio: "inherit", nothrow: true })`${process.execPath} ${samoyed} ${args}`;
  if (result.exitCode !== 0) process.exit(result.exitCode);
}

heading("1. A trained network: ten shapes, a ResNeXt trained with PyTorch");
const preprocessing = ["--size", "96", "--interpolation", "bicubic"];
await run(
  "convert",
  "golden/trained/shapes.pth",
  "--labels",
  "golden/trained/labels.txt",
  ...preprocessing,
  "--out",
  out,
);
const [model] = await glob(`${out}/resnext14*.onnx`);
await run("classify", model, "golden/trained/images/000.jpg", "--top", "3");
await run("check", "shapes");

heading("2. “Samoyed 0.6425”: ssl_resnext50_32x4d on a drawn dog, with stand-in weights (seeded, not trained)");
await run("check", "samoyed-drawn");

heading("3. A checkpoint of your own");
echo(`$ node ${samoyed} convert YOUR.pth --to onnx --out ${out}
$ node ${samoyed} classify ${out}/MODEL.onnx PHOTO.jpg`);
