import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { oraclePython, runOracleTests, WITHOUT_ORACLE } from "@samoyed/test-support/oracle";
import { expect, test } from "vitest";
import { CONTRACT, toBytes } from "../test/files.ts";
import { smallNetwork } from "../test/graphs.ts";

test.skipIf(oraclePython() === undefined)(
  `Python's safetensors opens what is written, and a reader of the specification finds every weight${WITHOUT_ORACLE}`,
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
      expect(runOracleTests("test_smyd_files.py", { env: { SAMOYED_WRITTEN: folder } })).toMatch(/\b9 passed/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
