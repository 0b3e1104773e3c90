import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { memorySink } from "@samoyed/core";
import { oraclePython, runOracleTests, WITHOUT_ORACLE } from "@samoyed/test-support/oracle";
import { afterAll, expect, test } from "vitest";
import { type Fixture, FIXTURES } from "../test/fixtures.ts";
import { writeOnnx } from "./index.ts";

const FOLDER = fileURLToPath(new URL("../fixtures", import.meta.url));
/** `pnpm run fixtures` writes them; the oracle's tests check them with ONNX's checker. */
const recording = process.env["SAMOYED_RECORD"] === "1";

const scratch = mkdtempSync(join(tmpdir(), "samoyed-onnx-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** The files of a fixture, by name. */
async function write(name: string, { graph, contract, external }: Fixture): Promise<Map<string, Uint8Array>> {
  const sink = memorySink();
  const data = memorySink();
  await writeOnnx(graph, {
    sink,
    ...(contract === undefined ? {} : { contract }),
    ...(external === undefined ? {} : { external: { name: `${name}.data`, sink: data } }),
  });
  await sink.commit();
  await data.commit();
  const files = new Map([[name, sink.bytes()]]);
  if (external !== undefined) files.set(`${name}.data`, data.bytes());
  return files;
}

test.each([...FIXTURES])("%s is written byte for byte as recorded", async (name, fixture) => {
  for (const [file, bytes] of await write(name, fixture)) {
    writeFileSync(join(scratch, file), bytes);
    if (recording) writeFileSync(join(FOLDER, file), bytes);
    expect(existsSync(join(FOLDER, file))).toBe(true);
    expect(Buffer.compare(readFileSync(join(FOLDER, file)), bytes)).toBe(0);
  }
});

test("no recorded file is left over", () => {
  // Those of other producers have their own folder.
  const names = new Set([...FIXTURES.keys(), "foreign"]);
  expect(readdirSync(FOLDER).filter((file) => !names.has(file.replace(/\.data$/, "")))).toEqual([]);
});

test.skipIf(oraclePython() === undefined)(
  `ONNX's own checker accepts every freshly written file${WITHOUT_ORACLE}`,
  () => {
    expect(runOracleTests("test_onnx_files.py", { env: { SAMOYED_ONNX_FILES: scratch } })).toMatch(/\d{3} passed/);
  },
);
