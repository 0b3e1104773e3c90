#!/usr/bin/env node
// Makes @tensorflow/tfjs-node work in this checkout; `samoyed doctor --fix tfjs-node` does the same elsewhere.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

process.argv.push("--cache", join(dirname(fileURLToPath(import.meta.url)), ".cache"));
await import("../../packages/runtime-tfjs/setup-tfjs-node.mjs");
