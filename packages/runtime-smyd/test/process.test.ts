import { spawnSync } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lazyTensor } from "@samoyed/core";
import { createBuilder } from "@samoyed/graph";
import { wave } from "@samoyed/test-support/tensors";
import { tinyGraph } from "@samoyed/test-support/tiny-graph";
import { build } from "vite";
import { describe, expect, test } from "vitest";
import { smydBytes } from "./models.ts";

/** The hash takes 17; nothing larger than 2.5 MB can be had. */
const FEW_PAGES = ["--wasm-max-mem-pages=40"];

const bytes = await smydBytes(tinyGraph({ size: 40 }));

/** A program of plain JavaScript that uses the runtime, in a process of its own. */
async function runAlone(
  code: string,
  { model = bytes, flags = [] }: { readonly model?: Uint8Array; readonly flags?: readonly string[] } = {},
): Promise<{ status: number | null; output: string }> {
  const folder = await mkdtemp(join(tmpdir(), "samoyed-smyd-"));
  await writeFile(join(folder, "model.smyd"), model);
  const entry = join(folder, "main.ts");
  const source = fileURLToPath(new URL("../src/node.ts", import.meta.url));
  await writeFile(entry, `import { smyd } from ${JSON.stringify(source)};\n${code}`);
  await build({
    configFile: false,
    root: folder,
    logLevel: "error",
    resolve: { conditions: ["@samoyed/source", "node"] },
    ssr: { noExternal: true, resolve: { conditions: ["@samoyed/source", "node"] } },
    build: { ssr: entry, outDir: join(folder, "out"), target: "node20" },
  });
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, join(folder, "out/main.mjs")], {
    cwd: folder,
    encoding: "utf8",
    timeout: 600_000,
  });
  return { status, output: stdout + stderr };
}

describe("a process", () => {
  const RUN = `
    const session = await smyd().load("model.smyd", { threads: 2 });
    const data = new Float32Array(3 * 40 * 40);
    const values = await session.run({ input: { dtype: "float32", shape: [1, 3, 40, 40], data } });
    console.log([...values.keys()].join(" "));`;

  test("ends by itself although nobody disposed of the session", async () => {
    expect(await runAlone(RUN)).toEqual({ status: 0, output: "logits\n" });
  });

  test("does not end while a run is going on that somebody waits for", async () => {
    const code = `${RUN}\nfor (let i = 0; i < 50; i++) await session.run({ input: { dtype: "float32", shape: [1, 3, 40, 40], data } });\nconsole.log("done");`;
    expect(await runAlone(code)).toEqual({ status: 0, output: "logits\ndone\n" });
  });

  test("has no workers and no memory left of sessions that are disposed of", async () => {
    const code = `
      const list = () => process.getActiveResourcesInfo().filter((name) => name === "MessagePort" || name === "Worker").length;
      const before = list();
      let middle = 0;
      for (let round = 0; round < 60; round++) {
        for (const threads of [1, 2]) {
          const session = await smyd().load("model.smyd", { threads });
          const data = new Float32Array(3 * 40 * 40);
          await session.run({ input: { dtype: "float32", shape: [1, 3, 40, 40], data } });
          await session.dispose();
        }
        if (round === 19) middle = process.memoryUsage().rss;
      }
      globalThis.gc?.();
      console.log(list() - before, (process.memoryUsage().rss - middle) / 1e6 < 60);`;
    expect(await runAlone(code)).toEqual({ status: 0, output: "0 true\n" });
  });

  const LOAD = `await smyd().load("model.smyd", { threads: 1 }).catch((error) => console.log(error.name, error.message, error.hint));`;
  const REPORT = /^UnavailableError the model needs \d+ bytes \(\d+ MB\) of WebAssembly memory Close other/;

  test("that has no memory for the weights says how much they need", async () => {
    const b = createBuilder({ name: "large" });
    const weight = b.initializer(lazyTensor("w", wave([1024, 1024])));
    b.output(b.node("MatMul", [b.input("x", "float32", ["N", 1024]), weight]));
    const { status, output } = await runAlone(LOAD, { model: await smydBytes(b.finish()), flags: FEW_PAGES });
    expect(output).toMatch(REPORT);
    expect(output).toContain("(4 MB)");
    expect(status).toBe(0);
  });

  test("that has none for the values says how much they need", async () => {
    const model = await smydBytes(tinyGraph({ size: 400 }));
    const { status, output } = await runAlone(LOAD, { model, flags: FEW_PAGES });
    expect(output).toMatch(REPORT);
    expect(output).toContain("(23 MB)");
    expect(status).toBe(0);
  });

  test("goes on with smaller images after one that memory was not had for", async () => {
    const code = `
      const session = await smyd().load("model.smyd", { threads: 1 });
      const run = (size) => session.run({ input: { dtype: "float32", shape: [1, 3, size, size], data: new Float32Array(3 * size * size) } });
      await run(400).catch((error) => console.log(error.name));
      console.log([...(await run(8)).keys()].join(" "));`;
    const model = await smydBytes(tinyGraph({ size: "open" }));
    expect(await runAlone(code, { model, flags: FEW_PAGES })).toEqual({
      status: 0,
      output: "UnavailableError\nlogits\n",
    });
  });
});
