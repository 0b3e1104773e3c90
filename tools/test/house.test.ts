import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
// @ts-expect-error a plain script, so that it runs before anything is built
import { breaches } from "../house.mjs";
// @ts-expect-error a plain script
import { testBreaches } from "../house-tests.mjs";
// @ts-expect-error a plain script
import { importsOf } from "../imports-of.mjs";

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

function house(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "samoyed-house-"));
  folders.push(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

test("the repository keeps to its plan", () => {
  const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  expect([...breaches(root), ...testBreaches(root)]).toEqual([]);
});

test("an import in the wrong direction is a breach", () => {
  const root = house({
    "packages/a/package.json": "{}",
    "packages/a/src/index.ts": 'import { b } from "@samoyed/b";\nexport const a = b;',
    "packages/b/package.json": "{}",
    "packages/b/src/index.ts": "export const b = 1;",
  });
  expect(breaches(root, { a: [], b: [] })).toEqual([
    "packages/a/src/index.ts imports @samoyed/b; a may import: nothing",
  ]);
});

test("a built-in module behind the browser entry is a breach, behind ./node it is not", () => {
  const root = house({
    "packages/a/package.json": "{}",
    "packages/a/src/index.ts": 'export * from "./x.ts";',
    "packages/a/src/x.ts": 'import { open } from "node:fs";\nexport { open };',
    "packages/a/src/node.ts": 'export { close } from "node:fs";',
  });
  expect(breaches(root, { a: [] })).toEqual([
    "packages/a/src/x.ts imports node:fs and is reached from the browser entry of a",
  ]);
});

test("a declared and unused dependency, and a package outside the plan, are breaches", () => {
  const root = house({
    "packages/a/package.json": '{ "dependencies": { "@samoyed/b": "1" } }',
    "packages/a/src/index.ts": "export {};",
    "packages/b/package.json": "{}",
    "packages/b/src/index.ts": "export {};",
  });
  expect(breaches(root, { a: ["b"] })).toEqual([
    "packages/a/package.json declares @samoyed/b, which nothing in src imports",
    "packages/b is not in the plan",
  ]);
});

test("a star in the plan stands for any name, and only for one", () => {
  const root = house({
    "packages/format-a/package.json": '{ "dependencies": { "@samoyed/a-file": "1", "@samoyed/runtime-a": "1" } }',
    "packages/format-a/src/index.ts": 'import "@samoyed/a-file";\nimport "@samoyed/runtime-a";',
    "packages/a-file/package.json": "{}",
    "packages/a-file/src/index.ts": "export {};",
    "packages/format-/package.json": "{}",
  });
  expect(breaches(root, { "format-*": ["*-file"], "*-file": [] })).toEqual([
    "packages/format- is not in the plan",
    "packages/format-a/src/index.ts imports @samoyed/runtime-a; format-a may import: *-file",
  ]);
});

test("imports are found in all their forms", () => {
  const text =
    'import a from "1";\nimport "2";\nexport { b } from "3";\nimport type {\n c } from "4";\nawait import("5");\nconst s = "import";';
  expect(importsOf(text)).toEqual(["1", "2", "3", "4", "5"]);
});

describe("tests", () => {
  const SUPPORT = {
    "packages/test-support/package.json": '{ "peerDependencies": { "@samoyed/b": "workspace:^" } }',
    "packages/test-support/src/model.ts": 'export { b } from "./b.ts";',
    "packages/test-support/src/b.ts": 'import { b } from "@samoyed/b";',
    "packages/b/package.json": "{}",
  };

  test("may not import files of another package", () => {
    const root = house({
      "packages/a/package.json": "{}",
      "packages/a/test/a.test.ts": 'import { b } from "../../b/src/index.ts";\nimport { a } from "../src/index.ts";',
    });
    expect(testBreaches(root)).toEqual([
      "packages/a/test/a.test.ts imports ../../b/src/index.ts, which is outside its package",
    ]);
  });

  test("declare the packages that they import, and those that a shared module needs", () => {
    const test = { "packages/a/src/a.test.ts": 'import { b } from "@samoyed/test-support/model";' };
    const nothing = { ...SUPPORT, ...test, "packages/a/package.json": "{}" };
    expect(testBreaches(house(nothing))).toEqual([
      "packages/a/src/a.test.ts imports @samoyed/test-support/model, which its package.json does not declare",
      "packages/a/src/a.test.ts imports @samoyed/test-support/model, which needs @samoyed/b; its package.json does not declare that",
    ]);
    const both = '{ "devDependencies": { "@samoyed/b": "workspace:^", "@samoyed/test-support": "workspace:^" } }';
    expect(testBreaches(house({ ...SUPPORT, ...test, "packages/a/package.json": both }))).toEqual([]);
  });
});
