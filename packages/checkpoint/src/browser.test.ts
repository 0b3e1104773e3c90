import { readdirSync, readFileSync } from "node:fs";
import { blobSource } from "@samoyed/core";
import { expect, test } from "vitest";
import { FIXTURES, fixtureBytes, toHex } from "../test/fixtures.ts";
import { openCheckpoint } from "./index.ts";

/** Files that only the entry `./node` reaches. */
const NODE_ONLY: ReadonlySet<string> = new Set(["node.ts", "with-checkpoint.ts"]);

test("no Node modules are used, so the package runs in browsers", () => {
  const folder = new URL("./", import.meta.url);
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && !NODE_ONLY.has(name),
  );
  expect(sources).toEqual(expect.arrayContaining(["open.ts", "zip/directory.ts", "pickle/machine.ts"]));
  for (const name of sources) {
    const text = readFileSync(new URL(name, folder), "utf8");
    expect([
      name,
      text.match(/from "(?!\.{1,2}\/|@samoyed\/core")[^"]*"|(?<![#.])\b(Buffer|process|require)\b[.([]/),
    ]).toEqual([name, null]);
  }
});

test("a Blob as a source, as in a browser", async () => {
  const fixture = FIXTURES.find(({ file }) => file === "zip-deflated.pth")!;
  const { tensors } = await openCheckpoint(
    blobSource(new Blob([fixtureBytes(fixture.file) as BlobPart]), fixture.file),
  );
  for (const [name, expected] of Object.entries(fixture.tensors)) {
    expect(expected).toHaveProperty("hex", toHex(await tensors.get(name)!.read()));
  }
});
