#!/usr/bin/env node
// Makes the installed @tensorflow/tfjs-node work: with its own download if the network allows it, else built
// against the TensorFlow library in TensorFlow's Python wheel. Quickly does nothing if it already works.
// Uses only Node's own modules, so that it runs before anything is built. --cache DIR is where the wheel is kept.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";

/** The wheel that @tensorflow/tfjs-node 4.22.0 was tested to build and run against. */
const WHEEL = "tensorflow-cpu==2.21.0";
/** Platforms that the wheel is built for. */
const PYTHON_MINIMUM = [3, 10];
/** Long enough for a slow network, short enough without one. */
const PROBE_MS = 5000;
const NAME = "@tensorflow/tfjs-node";

/** Exits with two lines: what is wrong, what to do. */
function fail(what, todo, status = 5) {
  console.error(`tfjs-node: ${what}`);
  console.error(todo);
  process.exit(status);
}

/** Finds the folder of the package: from here, or from the working directory. */
function findPackage() {
  for (const from of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      return dirname(createRequire(from).resolve(`${NAME}/package.json`));
    } catch (error) {
      if (error.code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  return fail(`${NAME} is not installed`, `Run: npm install --ignore-scripts ${NAME}@4.22.0, and then run this again.`);
}

/** Returns why the package does not load and compute, or undefined if it does. */
function problem(folder) {
  const script = [
    `const tf = require(${JSON.stringify(folder)});`,
    "if (tf.getBackend() !== 'tensorflow' || tf.add(1, 2).dataSync()[0] !== 3) throw new Error('its result is wrong');",
  ].join("\n");
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" };
  const { status, stderr, signal } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8", env });
  if (status === 0) return undefined;
  return /^(?:\w*Error: .*)$/mu.exec(stderr)?.[0] ?? signal ?? "it does not load";
}

function run(command, args, { cwd, env = process.env, quiet = false }) {
  const { status, signal, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    // The output of a successful command does not matter.
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (signal === "SIGINT") process.exit(130);
  if (status !== 0 && !quiet)
    console.error(`${stdout ?? ""}${stderr ?? ""}`.trimEnd().split("\n").slice(-30).join("\n"));
  return status === 0;
}

/** Checks whether the package's own download can be reached. */
async function reachable(folder) {
  const { host } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).binary;
  try {
    const { status } = await fetch(host, { method: "HEAD", signal: AbortSignal.timeout(PROBE_MS) });
    // A blocking proxy responds with 403 or 407, and the download would then fail after minutes.
    return status < 500 && status !== 403 && status !== 407;
  } catch {
    return false;
  }
}

/** Finds the first Python that is new enough: PYTHON if set. */
function findPython() {
  const names = process.env.PYTHON
    ? [process.env.PYTHON]
    : ["python3.11", "python3.12", "python3.13", "python3", "python"];
  const seen = [];
  for (const name of names) {
    const script = "import sys; print('%d.%d' % sys.version_info[:2])";
    const { status, stdout } = spawnSync(name, ["-c", script], { encoding: "utf8" });
    if (status !== 0) continue;
    const version = stdout.trim();
    seen.push(`${name} is ${version}`);
    const [major, minor] = version.split(".").map(Number);
    if (major === PYTHON_MINIMUM[0] && minor >= PYTHON_MINIMUM[1]) return name;
  }
  return fail(
    `needs Python ${PYTHON_MINIMUM.join(".")} or newer; none found${seen.length > 0 ? ` (${seen.join(", ")})` : ""}`,
    "Install it (Debian: apt-get install python3 python3-pip), or set PYTHON to its path.",
  );
}

/** Unpacks TensorFlow's wheel: kept, and either complete or absent. */
function fetchWheel(python, cache) {
  const folder = join(cache, WHEEL.replace("==", "-"));
  if (existsSync(folder)) return folder;
  console.log(`tfjs-node: fetching TensorFlow's Python wheel, ${WHEEL}, into ${cache}`);
  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(`${folder}.`);
  process.on("exit", () => rmSync(unfinished, { recursive: true, force: true }));
  const pip = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", "--no-compile"];
  if (!run(python, [...pip, "--only-binary", ":all:", "--target", unfinished, WHEEL], { cwd: cache })) {
    fail(`pip could not install ${WHEEL}`, "See pip's message above. pip's own settings (mirrors, proxies) apply.", 1);
  }
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    // Another run was faster.
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
  }
  return folder;
}

/** Puts the wheel's libraries and headers where the package's build looks for them. */
function linkLibraries(folder, wheel) {
  const tensorflow = join(wheel, "tensorflow");
  const [library, framework] = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"].map((name) => {
    const path = join(tensorflow, name);
    if (!existsSync(path)) fail(`${path} does not exist`, `Remove ${wheel} and run this again.`, 1);
    return path;
  });
  const deps = join(folder, "deps");
  rmSync(deps, { recursive: true, force: true });
  mkdirSync(join(deps, "lib"), { recursive: true });
  symlinkSync(library, join(deps, "lib", "libtensorflow.so"));
  symlinkSync(library, join(deps, "lib", "libtensorflow_cc.so.2"));
  symlinkSync(framework, join(deps, "lib", "libtensorflow_framework.so"));
  symlinkSync(framework, join(deps, "lib", "libtensorflow_framework.so.2"));
  symlinkSync(join(tensorflow, "include"), join(deps, "include"));
}

function requireTool(names, todo) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = names.some((name) => folders.some((folder) => existsSync(join(folder, name))) || existsSync(name));
  if (!found) fail(`needs ${names.join(" or ")} to build; not found`, todo);
}

/** Finds Node's headers: where configured, or next to Node itself; else node-gyp downloads them. */
function nodeHeaders() {
  const asked = process.env.npm_config_nodedir;
  const beside = dirname(dirname(process.execPath));
  return asked ?? (existsSync(join(beside, "include", "node", "node_api.h")) ? beside : undefined);
}

function build(folder, python) {
  console.log("tfjs-node: building its binding; this takes about 20 seconds");
  const tools = "Install a C++ compiler and make (Debian: apt-get install build-essential), and run this again.";
  requireTool(process.env.CXX ? [process.env.CXX.split(" ")[0]] : ["g++", "c++", "clang++"], tools);
  requireTool(["make", "gmake"], tools);
  const tool = createRequire(join(folder, "package.json")).resolve("@mapbox/node-pre-gyp/bin/node-pre-gyp");
  const headers = nodeHeaders();
  const env = { ...process.env, npm_config_python: python, ...(headers ? { npm_config_nodedir: headers } : {}) };
  if (!run(process.execPath, [tool, "install", "--build-from-source"], { cwd: folder, env })) {
    fail("its binding could not be built", "See the compiler's message above.", 1);
  }
}

const { values } = parseArgs({ options: { cache: { type: "string" } } });
const cache = resolve(values.cache ?? join(homedir(), ".cache", "samoyed"));
const folder = findPackage();
if (problem(folder) === undefined) {
  console.log("tfjs-node: ready");
  process.exit(0);
}
if (await reachable(folder)) {
  console.log("tfjs-node: using the package's own download");
  run(process.execPath, [join("scripts", "install.js")], { cwd: folder });
}
if (problem(folder) !== undefined) {
  if (process.platform !== "linux") {
    fail(
      "its own download cannot be used, and building against TensorFlow's Python wheel works only on Linux",
      `Allow the network to reach the host in ${join(folder, "package.json")} under binary.host, and run this again.`,
    );
  }
  const python = findPython();
  linkLibraries(folder, fetchWheel(python, cache));
  build(folder, python);
}
const left = problem(folder);
if (left !== undefined)
  fail(`it was set up but still does not work: ${left}`, `Remove ${folder} and install it again.`, 1);
console.log("tfjs-node: ready");
