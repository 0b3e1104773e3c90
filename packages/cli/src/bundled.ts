#!/usr/bin/env node
// The program that `tools/pack-bundle.mjs` bundles, as it is installed: the packages' modules in a few files start in a
// third of the time.
import { fileURLToPath } from "node:url";
import { locateArchitectureData } from "@samoyed/architectures";
import { main } from "./main.ts";

locateArchitectureData(new URL("../data/", import.meta.resolve("@samoyed/architectures")));
process.exitCode = await main(process.argv.slice(2), { program: fileURLToPath(import.meta.url) });
