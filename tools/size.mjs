// The size gate: the download of @samoyed/runtime-smyd in a browser, minified, with one variant of its kernels.
//   node tools/size.mjs        fails above the limits; needs built packages
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle, weigh } from "./bench/bundle.mjs";

/** Bytes. A page should not wait for the runtime, only for the weights; onnxruntime-web is 14 MB. */
export const LIMITS = { raw: 120_000, gzip: 45_000, brotli: 45_000 };

const ENTRIES = {
  "the runtime": "size/runtime.mjs",
  "with loadClassifier and its image decoders": "size/classifier.mjs",
};
const KERNELS = /\/kernels\/built\/(plain|plain-shared|relaxed|relaxed-shared)\.(js|ts)$/;

/**
 * Measures what a page that imports `entry` downloads: everything that the bundler emits, but of the kernels' variants
 * only the largest.
 *
 * @throws Error when the bundler did not keep the variants separate, so that a page downloads several.
 */
export async function downloadSize(entry) {
  const files = await bundle(fileURLToPath(new URL(entry, import.meta.url)));
  const holding = files.map((file) => ({ ...file, variants: file.modules.filter((id) => KERNELS.test(id)).length }));
  const variants = holding.filter((file) => file.variants > 0);
  if (variants.length !== 4 || variants.some((file) => file.variants !== 1 || file.modules.length !== 1)) {
    const found = variants.map((file) => `${file.name} with ${file.variants}`).join(", ") || "none";
    throw new Error(`expected four files with one variant of the kernels each; got ${found}`);
  }
  const largest = Math.max(...variants.map((file) => file.bytes.length));
  const fetched = holding.filter(
    (file) => file.variants === 0 || file === variants.find((variant) => variant.bytes.length === largest),
  );
  return weigh(fetched.map((file) => file.bytes));
}

/** Lists the sizes that exceed their limits, one line each. */
export function excesses(sizes, limits = LIMITS) {
  return Object.entries(limits)
    .filter(([kind, limit]) => !(sizes[kind] <= limit))
    .map(([kind, limit]) => `${kind}: ${sizes[kind]} bytes; at most ${limit}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const [name, entry] of Object.entries(ENTRIES)) {
    const sizes = await downloadSize(entry);
    const text = Object.entries(sizes).map(([kind, bytes]) => `${kind} ${(bytes / 1000).toFixed(1)} KB`);
    console.log(`${name}: ${text.join(", ")}`);
    if (name !== "the runtime") continue;
    for (const line of excesses(sizes)) {
      console.error(line);
      process.exitCode = 1;
    }
  }
}
