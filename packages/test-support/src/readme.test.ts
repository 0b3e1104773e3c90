import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { promisedLines, readmeBlocks, runReadme } from "./readme.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const folder = temporaryFolder();
const README = pathToFileURL(join(folder, "README.md"));
const PROGRAM = `import { sep } from "node:path";
console.log([sep]); // [ '/' ]: the separator
console.log(process.cwd().endsWith("work"), 1); // true 1
`;
writeFileSync(
  README,
  `# A\n\n\`\`\`js\n${PROGRAM}\`\`\`\n\n\`\`\`js\nthrow new Error("second");\n\`\`\`\n\n\`\`\`text\na\n\`\`\`\n`,
);

test("a program prints the same as in Node, in the given folder", async () => {
  const work = join(folder, "work");
  mkdirSync(work);
  const before = process.cwd();
  expect(await runReadme(README, { folder: work })).toBe("[ '/' ]\ntrue 1\n");
  expect(process.cwd()).toBe(before);
  expect(await promisedLines(README)).toBe("[ '/' ]\ntrue 1\n");
  expect(await readmeBlocks(README, "text")).toEqual(["a\n"]);
});

test("a program's error is thrown, and a missing program is an error", async () => {
  await expect(runReadme(README, { example: 1 })).rejects.toThrow("second");
  await expect(runReadme(README, { example: 2 })).rejects.toThrow("has no JavaScript example 2");
});
