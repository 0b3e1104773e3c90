import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const PACKAGES = fileURLToPath(new URL("../../packages/", import.meta.url));

/**
 * Characters 0x80 to 0xff in a string or regular expression, escaped or literal, which are really bytes. The literal ones
 * in messages (`×`) are text.
 */
const DISGUISED = /(?<!\\)(?:\\\\)*\\(?:x[89a-f][\da-f]|u00[89a-f][\da-f]|u\{0*[89a-f][\da-f]\})|[\u0080-\u00ff]/giu;
const TEXT = new Set(["×", "·", "²", "§"]);

/** Locations, as `file:line`, where code compares or writes bytes as text. */
function disguisedBytes(name: string, source: string): string[] {
  return source.split("\n").flatMap((line, index) => {
    const code = line.replace(/^\s*(?:\/\*\*|\*|\/\/).*$/u, "");
    return [...code.matchAll(DISGUISED)].filter(([found]) => !TEXT.has(found)).map(() => `${name}:${index + 1}`);
  });
}

test("no source file spells bytes as characters, which a minifier may rewrite", () => {
  const packages = readdirSync(PACKAGES).filter((name) => existsSync(join(PACKAGES, name, "src")));
  const files = packages.flatMap((name) =>
    readdirSync(join(PACKAGES, name, "src"), { recursive: true, encoding: "utf8" })
      .filter((file) => /(?<!\.test)\.ts$/u.test(file))
      .map((file) => join(name, "src", file)),
  );
  expect(files.length).toBeGreaterThan(300);
  const found = files.flatMap((name) => disguisedBytes(name, readFileSync(join(PACKAGES, name), "utf8")));
  expect(found).toEqual([]);
});

test("bytes are found in every spelling, and text is not mistaken for them", () => {
  for (const spelled of ["\\xff\\xd8", "\\u0093NUMPY", "\\u{89}PNG", "\\x87", "ï»¿"]) {
    expect(disguisedBytes("a.ts", `const a = 1;\nif (start === "${spelled}") return;`)[0], spelled).toBe("a.ts:2");
  }
  for (const text of ["\\\\x93NUMPY", "\\u001b[0m", "\\x7f", "3×4", "0…255"]) {
    expect(disguisedBytes("a.ts", `const a = "${text}";`), text).toEqual([]);
  }
  expect(disguisedBytes("a.ts", "/** The bytes \\xff\\xd8. */")).toEqual([]);
});
