import type { Availability } from "@samoyed/runtime";
import { fromWire, toWire, type WireTensor } from "@samoyed/test-support/browser/wire";
import { loadClassifier, smyd } from "../src/index.ts";

/** What the page, or a worker in it, is asked. */
export interface PageRequest {
  readonly url: string;
  readonly input: WireTensor;
  readonly taps?: readonly string[];
  readonly threads?: number;
  readonly simd?: "plain" | "relaxed";
  readonly selfTest?: boolean;
}

/** What it answers; an error as its name, message and hint. */
export interface PageResult {
  readonly availability: Availability;
  readonly isolated: boolean;
  readonly values: Readonly<Record<string, WireTensor>>;
  readonly loaded: number;
  readonly error?: string;
}

declare global {
  interface Window {
    runSmyd?: (request: PageRequest) => Promise<PageResult>;
    runInWorker?: (request: PageRequest) => Promise<PageResult>;
    classify?: (url: string, image: string) => Promise<readonly { label: string; probability: number }[]>;
    loadFile?: (url: string) => Promise<string>;
  }
}

/** Loads a model, runs it once, and lets go of it. */
export async function answer(request: PageRequest): Promise<PageResult> {
  const { url, input, taps = [], threads, simd, selfTest } = request;
  const backend = smyd(simd === undefined ? {} : { simd });
  const availability = await backend.availability();
  const isolated = globalThis.crossOriginIsolated;
  let loaded = 0;
  try {
    const session = await backend.load(url, {
      ...(threads !== undefined && { threads }),
      ...(selfTest !== undefined && { selfTest }),
      onProgress: (progress) => (loaded = progress.loaded),
    });
    const outputs = await session.run({ input: fromWire(input) }, { taps });
    await session.dispose();
    const values = Object.fromEntries(Array.from(outputs, ([name, value]) => [name, toWire(value)]));
    return { availability, isolated, values, loaded };
  } catch (error) {
    const { name, message, hint } = error as Error & { hint?: string };
    return { availability, isolated, values: {}, loaded, error: `${name}: ${message} ${hint ?? ""}` };
  }
}

if (typeof window !== "undefined") {
  window.runSmyd = answer;

  window.runInWorker = (request) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL("./page-worker.ts", import.meta.url), { type: "module" });
      worker.addEventListener("message", ({ data }: MessageEvent<PageResult>) => {
        worker.terminate();
        resolve(data);
      });
      worker.addEventListener("error", (event) => reject(new Error(event.message)));
      worker.postMessage(request);
    });

  window.classify = async (url, image) => {
    const bytes = new Uint8Array(await (await fetch(image)).arrayBuffer());
    const classifier = await loadClassifier(url);
    const classes = await classifier.classify(bytes, { top: 4 });
    await classifier.dispose();
    return classes;
  };

  window.loadFile = async (url) => {
    const file = new File([await (await fetch(url)).blob()], "chosen.smyd");
    const session = await smyd().load(file, { threads: 1 });
    await session.dispose();
    return session.contract!.model;
  };
}
