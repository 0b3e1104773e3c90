import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "@samoyed/core";
import { expect, test } from "vitest";
import { caseFolders } from "./case-folders.ts";

const GOLDEN = fileURLToPath(new URL("../../../golden", import.meta.url));

test("a case by its name, once; a set's cases by the set's", async () => {
  expect((await caseFolders(GOLDEN, ["shapes", "shapes"])).map(({ name }) => name)).toEqual(["shapes"]);
  const all = await caseFolders(GOLDEN, []);
  expect(all.length).toBeGreaterThan(1);
  for (const { name, folder } of all) expect(basename(folder)).toBe(name);
});

test("a name that nothing has is refused, with what may have been meant", async () => {
  await expect(caseFolders(GOLDEN, ["shape"])).rejects.toThrow(UsageError);
  await expect(caseFolders(GOLDEN, ["shape"])).rejects.toMatchObject({ hint: "Did you mean shapes?" });
});
