import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const HTML = (script) => `<!doctype html>
<title>Samoyed</title>
<script type="module" src="${script}"></script>
`;

/** A user's module: five lines from an installed package to a class name. */
export function useSource({ runtime, options = {}, model = `/${runtime.model}`, image = "/arrow.jpg" }) {
  return `import { loadClassifier } from "@samoyed/${runtime.name}";

export async function use() {
  const classifier = await loadClassifier(${JSON.stringify(model)}, ${JSON.stringify(options)});
  const image = new Uint8Array(await (await fetch(${JSON.stringify(image)})).arrayBuffer());
  const [best] = await classifier.classify(image, { top: 1 });
  await classifier.dispose();
  return { label: best.label, probability: best.probability, backend: classifier.backend };
}
`;
}

/** Reports an answer or an error to the test; no page of a user has it. */
export const WORKER_REPORT = `function report(answer, to) {
  answer.then(
    (value) => to({ value }),
    (error) => to({ error: { name: String(error?.name), message: String(error?.message ?? error), hint: error?.hint } }),
  );
}
`;

const REPORT = `export ${WORKER_REPORT}`;

const MAIN = `import { report } from "./report.js";
import { use } from "./use.js";

report(use(), (answer) => (globalThis.answer = answer));
`;

const WORKER_MAIN = `const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => (globalThis.answer = data);
worker.onerror = (event) => (globalThis.answer = { error: { name: "Error", message: event.message ?? "the worker did not start" } });
`;

const WORKER = `import { report } from "./report.js";
import { use } from "./use.js";

report(use(), (answer) => self.postMessage(answer));
`;

/**
 * Writes the sources of a page: index.html, main.js and what it imports.
 *
 * @param where "worker" classifies in a worker of the page.
 * @returns its folder
 */
export async function writeSite({ app, name, runtime, cure, where = "page", script = "./main.js" }) {
  const folder = join(app, "sites", name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const files = {
    "index.html": HTML(script),
    "main.js": where === "worker" ? WORKER_MAIN : MAIN,
    "report.js": REPORT,
    "use.js": useSource({ runtime, options: cure?.options }),
    ...(where === "worker" && { "worker.js": WORKER }),
  };
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  return folder;
}
