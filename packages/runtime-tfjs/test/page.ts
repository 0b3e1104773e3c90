import type { Tensor } from "@samoyed/core";
import { loadClassifier, tfjsCpu, tfjsNode, tfjsWasm, tfjsWebgl, tfjsWebgpu } from "../src/index.ts";

/** Results of one backend that the page returns to the test. */
export interface PageResult {
  readonly availability: { readonly available: boolean; readonly reason?: string; readonly fix?: string };
  readonly logits: readonly number[];
  readonly relu: { readonly shape: readonly number[]; readonly data: readonly number[] };
  /** Number of tensors left over after the session is disposed. */
  readonly leaked: number;
  /** Hardware in use: graphics adapter, threads. */
  readonly adapter: string;
}

/** Input of a backend's run. */
export interface PageInput {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly taps: readonly string[];
}

declare global {
  interface Window {
    runTfjs?: (name: string, input: PageInput, url: string) => Promise<PageResult>;
    classify?: (url: string, image: string) => Promise<readonly { label: string; probability: number }[]>;
    backendOf?: (url: string) => Promise<string>;
    errors?: (urls: readonly string[]) => Promise<readonly string[]>;
  }
}

const WASM_URL = "/wasm/";
/** Of those that have any. */
const THREADS = 2;
const BACKENDS = [tfjsCpu(), tfjsWasm({ wasmUrl: WASM_URL }), tfjsWebgl(), tfjsWebgpu(), tfjsNode()];

async function adapterOf(name: string): Promise<string> {
  if (name === "tfjs-wasm") {
    const { getThreadsCount } = await import("@tensorflow/tfjs-backend-wasm");
    return `${getThreadsCount()} threads`;
  }
  if (name === "tfjs-webgl") {
    const gl = document.createElement("canvas").getContext("webgl2");
    const info = gl?.getExtension("WEBGL_debug_renderer_info");
    return gl && info ? String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL)) : "unknown";
  }
  if (name === "tfjs-webgpu") {
    interface Gpu {
      requestAdapter(): Promise<{
        readonly info?: Readonly<Record<"vendor" | "architecture" | "description", string>>;
      } | null>;
    }
    const { info } = (await (navigator as unknown as { gpu: Gpu }).gpu.requestAdapter()) ?? {};
    return info ? `${info.vendor} ${info.architecture} ${info.description}`.trim() : "unknown";
  }
  return "";
}

window.runTfjs = async (name, { shape, data, taps }, url) => {
  const backend = BACKENDS.find((candidate) => candidate.name === name)!;
  const none = { logits: [], relu: { shape: [], data: [] }, leaked: 0, adapter: "" };
  const availability = await backend.availability();
  if (!availability.available) return { ...none, availability };
  const tf = await import("@tensorflow/tfjs-core");
  const before = tf.engine().state.numTensors;
  const session = await backend.load(url, { threads: THREADS });
  const input: Tensor = { dtype: "float32", shape, data: Float32Array.from(data) };
  const outputs = await session.run({ input }, { taps });
  await session.dispose();
  const relu = outputs.get("relu");
  return {
    availability,
    logits: Array.from(outputs.get("logits")!.data, Number),
    relu: { shape: relu?.shape ?? [], data: Array.from(relu?.data ?? [], Number) },
    leaked: tf.engine().state.numTensors - before,
    adapter: await adapterOf(name),
  };
};

window.classify = async (url, image) => {
  const classifier = await loadClassifier(url, { wasmUrl: WASM_URL, threads: THREADS });
  const bytes = new Uint8Array(await (await fetch(image)).arrayBuffer());
  const answer = await classifier.classify(bytes, { top: 4 });
  await classifier.dispose();
  return answer.map(({ label, probability }) => ({ label, probability }));
};

window.backendOf = async (url) => {
  const classifier = await loadClassifier(url, { wasmUrl: WASM_URL });
  await classifier.dispose();
  return classifier.backend;
};

window.errors = async (urls) =>
  Promise.all(
    urls.map(async (url) =>
      tfjsCpu()
        .load(url)
        .then(
          () => "loaded",
          (error: Error) => `${error.name}: ${error.message}`,
        ),
    ),
  );
