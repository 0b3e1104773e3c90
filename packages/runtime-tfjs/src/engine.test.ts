import { expect, test } from "vitest";
import type { EngineSource } from "./engine-source.ts";
import { engineAvailability } from "./engine.ts";
import { CPU } from "./engines.ts";
import { NODE } from "./tfjs-node.ts";

/** An engine whose import fails with a message. */
const failing = (source: EngineSource, message: string): EngineSource => ({
  ...source,
  importEngine: async () => {
    throw new Error(message);
  },
});

const SHARED = "@tensorflow/tfjs-core @tensorflow/tfjs-converter";

test.each([
  // The messages of Node's import() and require().
  ["Cannot find package '@tensorflow/tfjs-node' imported from /app/index.js"],
  ["Cannot find module '@tensorflow/tfjs-node'\nRequire stack:\n- /app/index.js"],
])("tfjs-node that is not installed: npm skips its download, and our command sets it up (%s)", async (message) => {
  expect(await engineAvailability(failing(NODE, message))).toEqual({
    available: false,
    reason: "@tensorflow/tfjs-node is not installed",
    fix: `npm install --ignore-scripts ${SHARED} @tensorflow/tfjs-node && samoyed doctor --fix tfjs-node`,
  });
});

test("tfjs-node that is installed but not set up", async () => {
  const message = "The Node.js native addon module (tfjs_binding.node) can not be found at path: /app";
  expect(await engineAvailability(failing(NODE, message))).toEqual({
    available: false,
    reason: `@tensorflow/tfjs-node does not load: ${message}`,
    fix: "samoyed doctor --fix tfjs-node",
  });
});

test("other engines need only npm install", async () => {
  const message = "Cannot find package '@tensorflow/tfjs-backend-cpu' imported from /app/index.js";
  expect(await engineAvailability(failing(CPU, message))).toEqual({
    available: false,
    reason: "@tensorflow/tfjs-backend-cpu is not installed",
    fix: `npm install ${SHARED} @tensorflow/tfjs-backend-cpu`,
  });
});
