import { fileURLToPath } from "node:url";
import { defineConfig, mergeConfig, type ViteUserConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Packages resolve to each other's TypeScript source, so tests need no build. */
const conditions = ["@samoyed/source"];

/** Starts the tests in a browser first: they take longest, and one that started last would run alone. */
class BrowserFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const inBrowser = ({ moduleId }: TestSpecification): boolean => /[/\\]browser[/\\.]/u.test(moduleId);
    return [...sorted.filter(inBrowser), ...sorted.filter((file) => !inBrowser(file))];
  }
}

const config: ViteUserConfig = defineConfig({
  resolve: { conditions: [...conditions, "module", "node", "development|production"] },
  ssr: { resolve: { conditions: [...conditions, "module", "node", "development|production"] } },
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    globalSetup: fileURLToPath(new URL("tools/kernels/setup.mjs", import.meta.url)),
    reporters: ["default", ["json", { outputFile: "test-results.json" }]],
    // Against hangs only: on a busy machine a test takes many times what it takes on a quiet one.
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
    expect: { poll: { timeout: 600_000 } },
    // Native engines do not survive a worker thread that ends under them.
    pool: "forks",
    maxWorkers: 2,
    // Loading the modules again for every file takes longer than most files.
    isolate: false,
    sequence: { sequencer: BrowserFirst },
  },
});
export default config;

/** For tests of engines, and for those that replace parts of the process: each file has a process of its own. */
export const isolated: ViteUserConfig = mergeConfig(config, { test: { isolate: true } });
