import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const MUTATE = fileURLToPath(new URL("../../packages/test-support/src/mutate.ts", import.meta.url));

/** The generators of the tests, which are TypeScript that nothing builds: `mutate`, `seeded`. */
export async function loadGenerators() {
  const bundle = await rolldown({ input: MUTATE });
  const { output } = await bundle.generate({ format: "esm" });
  await bundle.close();
  return import(`data:text/javascript,${encodeURIComponent(output[0].code)}`);
}

const VALUES = [
  "0",
  "1",
  "2",
  "7",
  "-1",
  "0.5",
  "65536",
  "2147483647",
  "4294967296",
  "1e300",
  "null",
  "true",
  '""',
  "[]",
  "{}",
];

/** Returns JSON text with some of its numbers and strings replaced by others of it, or by values at limits. */
export function mutateJson(text, random) {
  // Whole strings are matched, so that what is in them is not; those before a colon are keys.
  const tokens = [
    ...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null/gu),
  ].filter(([, colon]) => colon === undefined);
  if (tokens.length === 0) return text;
  const pick = (list) => list[Math.floor(random() * list.length)];
  let result = text;
  // From the end, so that places before stay what they are.
  const places = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(tokens)).sort(
    (a, b) => b.index - a.index,
  );
  let end = Infinity;
  for (const { index, 0: token } of places) {
    if (index + token.length > end) continue;
    end = index;
    // Mostly of the same kind: another kind is refused at once.
    const isText = (value) => value.startsWith('"');
    const alike = random() < 0.8 ? (value) => isText(value) === isText(token) : () => true;
    const by = random() < 0.5 ? pick(VALUES.filter(alike)) : pick(tokens.filter(([value]) => alike(value)))[0];
    result = result.slice(0, index) + by + result.slice(index + token.length);
  }
  return result;
}
