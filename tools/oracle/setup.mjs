#!/usr/bin/env node
// Sets up the oracle: a Python virtual environment in tools/oracle/.venv with the pinned PyTorch and timm.
//   node tools/oracle/setup.mjs             the oracle
//   node tools/oracle/setup.mjs --litert    litert-torch in tools/oracle/litert/.venv: .tflite files for the benchmark only
// Quickly does nothing if it already exists. Uses only Node's own modules.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const MINIMUM = [3, 11];
const folder = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(folder));
/** `loads` is a program that fails where the packages are installed and do not work. */
const ENVIRONMENTS = {
  oracle: {
    home: folder,
    packages: "PyTorch and timm",
    loads: "import samoyed_oracle.torchvision_shim, timm, torchvision; timm.create_model('test_resnet')",
  },
  litert: { home: join(folder, "litert"), packages: "PyTorch and litert-torch", loads: "import litert_torch, onnx" },
};
const { values } = parseArgs({ options: { litert: { type: "boolean", default: false } } });
const name = values.litert ? "litert" : "oracle";
const { home, packages, loads } = ENVIRONMENTS[name];
const venv = join(home, ".venv");
const windows = process.platform === "win32";
const python = windows ? join(venv, "Scripts", "python.exe") : join(venv, "bin", "python");
const requirements = join(home, "requirements.txt");
const withoutDependencies = join(home, "requirements-no-deps.txt");

/** Exits with two lines: what is wrong, what to do. */
function fail(what, todo, status) {
  console.error(`${name}: ${what}`);
  console.error(todo);
  process.exit(status);
}

function capture(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8", cwd: folder });
  return status === 0 ? stdout.trim() : undefined;
}

function run(command, args, { what, todo }) {
  const { status, signal, error } = spawnSync(command, args, { stdio: "inherit", cwd: folder });
  if (signal) process.exit(130);
  if (error || status !== 0) fail(what, todo, 1);
}

/** Reads the `name==version` lines of a requirements file. */
function pins(file) {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line.includes("==") && !line.startsWith("#")).map((line) => line.trim());
}

/** Lists the pins that are not installed in exactly their version; undefined without a working environment. */
function missingPins() {
  if (!existsSync(python)) return undefined;
  const script = [
    "import sys",
    "from importlib.metadata import PackageNotFoundError, version",
    "for pin in sys.argv[1:]:",
    "    name, wanted = pin.split('==')",
    "    try:",
    // A CPU build calls itself 2.13.0+cpu.
    "        right = version(name).split('+')[0] == wanted",
    "    except PackageNotFoundError:",
    "        right = False",
    "    if not right: print(pin)",
  ].join("\n");
  const output = capture(python, ["-c", script, ...pins(requirements), ...pins(withoutDependencies)]);
  return output?.split(/\s+/).filter(Boolean);
}

/** Finds the first Python that is new enough: PYTHON if set, else the oldest for which PyTorch certainly has builds. */
function findPython() {
  const asked = process.env.PYTHON;
  const names = asked ? [asked] : ["python3.11", "python3.12", "python3.13", "python3", "python"];
  const script = "import sys; print('%d.%d' % sys.version_info[:2])";
  const seen = [];
  for (const command of names) {
    const version = capture(command, ["-c", script]);
    if (version === undefined) continue;
    seen.push(`${command} is ${version}`);
    const [major, minor] = version.split(".").map(Number);
    if (major === MINIMUM[0] && minor >= MINIMUM[1]) return command;
  }
  const found = seen.length > 0 ? ` (${seen.join(", ")})` : "";
  fail(
    `needs Python ${MINIMUM.join(".")} or newer; none found${found}`,
    "Install it (Debian: apt-get install python3 python3-venv; macOS: brew install python@3.13), or set PYTHON to its path.",
    5,
  );
}

const missing = missingPins();
if (missing?.length === 0) {
  console.log(`${name}: ready`);
  process.exit(0);
}
if (missing === undefined) {
  rmSync(venv, { recursive: true, force: true });
  const base = findPython();
  run(base, ["-m", "venv", venv], {
    what: `${base} could not make a virtual environment in ${venv}`,
    todo: "Install Python's venv module (Debian: apt-get install python3-venv) and run this again.",
  });
}
console.log(`${name}: installing ${packages} into ${relative(root, venv)}; this takes minutes the first time`);
const pip = (...args) =>
  run(python, ["-m", "pip", "install", "-qq", "--disable-pip-version-check", ...args], {
    what: "pip could not install the pinned packages",
    todo: "See pip's message above. pip's own settings (PIP_INDEX_URL, PIP_FIND_LINKS, proxies) apply.",
  });
pip("-r", requirements);
pip("--no-deps", "-r", withoutDependencies);
run(python, ["-c", loads], {
  what: "the packages are installed but do not load",
  todo: `Remove ${venv} and run this again.`,
});
console.log(`${name}: ready`);
