// Imports allowed in tests: packages that their own package declares, so that turbo reruns tests when one of them changes.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { importsOf, packageOf, typescriptFiles } from "./imports-of.mjs";

/** The private package that tests share. The packages it needs are its peers: packages that use a module declare them. */
export const TEST_SUPPORT = "test-support";

const NAME = "@samoyed/";

/** Lists the specifiers that a file imports. */
const read = (file) => importsOf(readFileSync(file, "utf8"));

/** Lists the packages that a module of test-support needs, including through its other modules. */
function needsOf(module, folder, seen = new Set()) {
  const file = join(folder, "src", `${module}.ts`);
  if (seen.has(file) || !existsSync(file)) return [];
  seen.add(file);
  return read(file).flatMap((specifier) =>
    specifier.startsWith("./")
      ? needsOf(join(dirname(module), specifier).replace(/\.ts$/, ""), folder, seen)
      : (packageOf(specifier) ?? []),
  );
}

/** Finds the breaches of the rules for tests in a checkout, one line each. */
export function testBreaches(root) {
  const found = [];
  const support = join(root, "packages", TEST_SUPPORT);
  for (const name of readdirSync(join(root, "packages"))) {
    const folder = join(root, "packages", name);
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const { dependencies, devDependencies, peerDependencies } = manifest;
    const declared = new Set([
      name,
      ...Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies })
        .filter((key) => key.startsWith(NAME))
        .map((key) => key.slice(NAME.length)),
    ]);
    for (const file of [...typescriptFiles(join(folder, "src")), ...typescriptFiles(join(folder, "test"))]) {
      const where = relative(root, file);
      for (const specifier of read(file)) {
        if (specifier.startsWith(".") && relative(folder, join(dirname(file), specifier)).startsWith(".."))
          found.push(`${where} imports ${specifier}, which is outside its package`);
        const used = packageOf(specifier);
        if (used === undefined) continue;
        if (!declared.has(used)) found.push(`${where} imports ${specifier}, which its package.json does not declare`);
        if (used !== TEST_SUPPORT || name === TEST_SUPPORT) continue;
        const module = specifier.slice(NAME.length + TEST_SUPPORT.length + 1);
        const missing = new Set(needsOf(module, support).filter((need) => !declared.has(need)));
        for (const need of missing)
          found.push(
            `${where} imports ${specifier}, which needs ${NAME}${need}; its package.json does not declare that`,
          );
      }
    }
  }
  return found;
}
