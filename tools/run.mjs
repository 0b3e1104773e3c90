// `npm start` and `npm test` on a machine that has only Node: install, build, run.
// Uses only Node's own modules, because nothing is installed yet when it starts.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { packageManager, engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const windows = process.platform === "win32";

/** Runs a command with the terminal attached, and returns its exit status. */
function run(command, args, env = {}) {
  const { status, error, signal } = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    shell: windows,
    env: { ...process.env, ...env },
  });
  if (error) throw error;
  if (signal) process.exit(130);
  return status ?? 1;
}

/** Ends this process with a command's status, if that is not 0. */
function must(status) {
  if (status !== 0) process.exit(status);
}

function requireNode() {
  const minimum = engines.node
    .replace(/[^0-9.]/g, "")
    .split(".")
    .map(Number);
  const actual = process.versions.node.split(".").map(Number);
  const order = minimum.map((part, i) => actual[i] - part).find((difference) => difference !== 0) ?? 0;
  if (order >= 0) return;
  console.error(`Samoyed needs Node ${engines.node}; this is ${process.versions.node}.`);
  console.error("Install a newer Node and run the command again.");
  process.exit(5);
}

/** Runs the pinned pnpm, which npm fetches once; it is on the PATH of the processes that it starts, where turbo looks for it. */
function pnpm(args, env) {
  return run("npx", ["--yes", "--prefer-offline", packageManager, ...args], env);
}

function install() {
  return pnpm(["install", "--frozen-lockfile", "--prefer-offline", "--reporter=append-only", "--loglevel=warn"]);
}

function turbo(args, env) {
  return pnpm(["exec", "turbo", "run", ...args, "--concurrency=2", "--no-update-notifier"], {
    TURBO_TELEMETRY_DISABLED: "1",
    ...env,
  });
}

/** Lists the optional tools that are installed: part of the test tasks' cache key, so that installing one reruns the tests. */
function optionalTools() {
  const python = join(root, "tools", "oracle", ".venv", "bin", "python");
  const chromium = [process.env.CHROME_PATH, "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
    (path) => path && existsSync(path),
  );
  return {
    SAMOYED_ORACLE: existsSync(python) ? "installed" : "absent",
    SAMOYED_CHROMIUM: chromium ?? "absent",
    SAMOYED_TFJS_NODE: existsSync(join(root, "tools", "tfjs-node", ".cache")) ? "installed" : "absent",
  };
}

const task = process.argv[2];
requireNode();
must(install());
if (task === "start") {
  must(turbo(["build", "--output-logs=errors-only"]));
  must(run(process.execPath, [join(root, "tools", "start.mjs"), ...process.argv.slice(3)]));
} else if (task === "test") {
  must(pnpm(["exec", "oxfmt", "--check"]));
  const tasks = ["build", "lint", "check-tests", "test"];
  const flags = ["--continue=dependencies-successful", "--output-logs=new-only"];
  const status = turbo([...tasks, ...flags], optionalTools());
  // The summary also counts tests that did not run, and is most needed when something failed.
  must(run(process.execPath, [join(root, "tools", "test-summary.mjs")]));
  must(status);
} else if (task !== "install") {
  console.error("usage: node tools/run.mjs start|test|install");
  process.exit(2);
}
