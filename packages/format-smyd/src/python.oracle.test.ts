import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { CONTRACT, toBytes } from "../test/files.ts";
import { smallNetwork } from "../test/graphs.ts";

const ORACLE = fileURLToPath(new URL("../../../tools/oracle/", import.meta.url));
const PYTHON = process.env["SAMOYED_PYTHON"] ?? join(ORACLE, ".venv/bin/python");
const installed = existsSync(PYTHON);
const unless = installed ? "" : " (not run: the oracle is not installed)";

test.skipIf(!installed)(
  `Python's safetensors opens what is written, and a reader of the specification finds every weight${unless}`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "samoyed-smyd-"));
    try {
      const graph = smallNetwork();
      for (const weights of ["float32", "float16", "int8"] as const) {
        await writeFile(join(folder, `${weights}.smyd`), await toBytes(graph, { weights, contract: CONTRACT }));
      }
      const expected: [string, object][] = [];
      for (const [name, { dtype, shape, read }] of graph.initializers) {
        expected.push([name, { dtype, shape, hex: Buffer.from(await read()).toString("hex") }]);
      }
      await writeFile(join(folder, "expected.json"), JSON.stringify(Object.fromEntries(expected)));
      const args = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_smyd_files.py"];
      const env = { ...process.env, SAMOYED_WRITTEN: folder };
      const output = execFileSync(PYTHON, args, { cwd: ORACLE, env, encoding: "utf8" });
      expect(output).toMatch(/\b9 passed/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
