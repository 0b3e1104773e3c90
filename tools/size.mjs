// The size gate: the download of @samoyed/runtime-smyd in a browser, minified, with one variant of its kernels.
//   node tools/size.mjs        fails above the limits; needs built packages
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle, weigh } from "./bench/bundle.mjs";

/** Bytes. A page should not wait for the runtime, only for the weights; onnxruntime-web is 14 MB. */
export const LIMITS = { raw: 120_000, gzip: 45_000, brotli: 45_000 };

/** The same with all operators: 1 % above what was measured. */
export const WHOLE_LIMITS = { raw: 172_400, gzip: 66_500, brotli: 60_700 };

const ENTRIES = {
  "the runtime": "size/runtime.mjs",
  "with loadClassifier and its image decoders": "size/classifier.mjs",
};
const KERNELS = /\/kernels\/built\/(plain|relaxed)(-shared)?(?<all>-all)?\.(js|ts)$/;

/**
 * Measures what a page that imports `entry` downloads: of the kernels' variants only the largest.
 *
 * @returns `first`: what a convolutional classifier needs; `whole`: with all other operators and their kernels
 * @throws Error when the bundler did not keep the variants separate, so that a page downloads several.
 */
export async function downloadSize(entry) {
  const files = await bundle(fileURLToPath(new URL(entry, import.meta.url)));
  const variants = files.filter(({ modules }) => modules.some((id) => KERNELS.test(id)));
  if (variants.length !== 8 || variants.some(({ modules }) => modules.length !== 1)) {
    const found = variants.map(({ name, modules }) => `${name} of ${modules.length} modules`).join(", ") || "none";
    throw new Error(`expected eight files with one variant of the kernels each; got ${found}`);
  }
  const largest = (all) =>
    variants
      .filter(({ modules: [id] }) => (KERNELS.exec(id).groups.all !== undefined) === all)
      .toSorted((a, b) => b.bytes.length - a.bytes.length)[0];
  const atOnce = new Set(["page.js"]);
  for (const name of atOnce) for (const next of files.find((file) => file.name === name).imports) atOnce.add(next);
  const size = (some) => weigh(some.map(({ bytes }) => bytes));
  return {
    first: size([...files.filter(({ name }) => atOnce.has(name)), largest(false)]),
    whole: size([...files.filter((file) => !variants.includes(file)), largest(true)]),
  };
}

/** Lists the sizes that exceed their limits, one line each. */
export function excesses(sizes, limits = LIMITS) {
  return Object.entries(limits)
    .filter(([kind, limit]) => !(sizes[kind] <= limit))
    .map(([kind, limit]) => `${kind}: ${sizes[kind]} bytes; at most ${limit}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const [name, entry] of Object.entries(ENTRIES)) {
    const { first, whole } = await downloadSize(entry);
    const text = (sizes) =>
      Object.entries(sizes)
        .map(([kind, bytes]) => `${kind} ${(bytes / 1000).toFixed(1)} KB`)
        .join(", ");
    console.log(`${name}: ${text(first)}; with all operators ${text(whole)}`);
    if (name !== "the runtime") continue;
    const all = excesses(whole, WHOLE_LIMITS).map((line) => `with all operators, ${line}`);
    for (const line of [...excesses(first), ...all]) {
      console.error(line);
      process.exitCode = 1;
    }
  }
}
