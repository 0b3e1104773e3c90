import { defineConfig, type ViteUserConfig } from "vitest/config";

/** Packages resolve to each other's TypeScript source, so tests need no build. */
const conditions = ["@samoyed/source"];

const config: ViteUserConfig = defineConfig({
  resolve: { conditions: [...conditions, "module", "node", "development|production"] },
  ssr: { resolve: { conditions: [...conditions, "module", "node", "development|production"] } },
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    reporters: ["default", ["json", { outputFile: "test-results.json" }]],
    // Against hangs only: on a busy machine a test takes many times what it takes on a quiet one.
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
    expect: { poll: { timeout: 600_000 } },
    // Native engines do not survive a worker thread that ends under them.
    pool: "forks",
    maxWorkers: 2,
  },
});
export default config;
