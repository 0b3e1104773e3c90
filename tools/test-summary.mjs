// Adds up what vitest recorded in every package and lists what did not run, so that a skipped test is never mistaken
// for a passed one. With SAMOYED_REQUIRE=all (the CI) a skipped test is a failure.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folders = [...readdirSync(join(root, "packages")).map((name) => join("packages", name)), "tools"];

let passed = 0;
let failed = 0;
const skipped = [];
const failures = [];
for (const folder of folders) {
  if (!existsSync(join(root, folder, "package.json"))) continue;
  const file = join(root, folder, "test-results.json");
  if (!existsSync(file)) {
    console.error(`${folder}: no test results; its tests did not run`);
    failed++;
    continue;
  }
  const results = JSON.parse(readFileSync(file, "utf8"));
  let count = 0;
  for (const suite of results.testResults) {
    // A file that fails to load has no assertions, but is still a failure.
    if (suite.status === "failed" && suite.assertionResults.length === 0) {
      failed++;
      failures.push(`${relative(root, suite.name)}\n${suite.message}`);
    }
    for (const test of suite.assertionResults) {
      const name = `${relative(root, suite.name)}: ${test.fullName.trim()}`;
      if (test.status === "passed") count++;
      else if (test.status === "failed") {
        failed++;
        failures.push([name, ...test.failureMessages].join("\n"));
      } else skipped.push(name);
    }
  }
  passed += count;
  console.log(`${folder.padEnd(24)} ${String(count).padStart(6)} passed`);
}
if (skipped.length > 0) {
  console.log(`\nNot run (${skipped.length}):`);
  for (const name of skipped) console.log(`  ${name}`);
  console.log("  `node tools/oracle/setup.mjs` installs the Python oracle; a package manager, Chromium;");
  console.log("  `node tools/tfjs-node/setup.mjs` makes tfjs-node work;");
  console.log("  SAMOYED_ASSETS names the folder with dog.jpg and imagenet_classes.txt.");
}
const required = process.env.SAMOYED_REQUIRE === "all";
if (required && skipped.length > 0) console.log("\nSAMOYED_REQUIRE=all: what did not run counts as failed.");
// A run's output is long and read from its end.
if (failures.length > 0) {
  console.log("\nFailed:");
  for (const text of failures) console.log(`  ${text.slice(0, 2000).replaceAll("\n", "\n    ")}`);
}
const notPassed = failed + (required ? skipped.length : 0);
console.log(`\n${passed} passed, ${notPassed} failed, ${required ? 0 : skipped.length} skipped`);
process.exitCode = notPassed > 0 || passed === 0 ? 1 : 0;
