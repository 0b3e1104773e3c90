import { loadClassifier, onnxruntimeWeb } from "../src/index.ts";

/** Results that the page returns to the test. */
export interface PageResult {
  readonly availability: unknown;
  readonly answer: readonly { readonly label: string; readonly probability: number }[];
  readonly logits: readonly number[];
  readonly pool: readonly number[];
  readonly errors: readonly string[];
}

declare global {
  interface Window {
    runOnnx?: (wasmUrl: string | undefined) => Promise<PageResult>;
  }
}

window.runOnnx = async (wasmUrl) => {
  const backend = onnxruntimeWeb(wasmUrl === undefined ? {} : { wasmUrl });
  const session = await backend.load("/classifier.onnx");
  const data = Float32Array.from({ length: 192 }, (_, index) => Math.sin(index));
  const outputs = await session.run({ input: { dtype: "float32", shape: [1, 3, 8, 8], data } }, { taps: ["pool"] });
  await session.dispose();

  const image = new Uint8Array(await (await fetch("/image.jpg")).arrayBuffer());
  const classifier = await loadClassifier("/classifier.onnx");
  const answer = await classifier.classify(image, { top: 6 });
  await classifier.dispose();

  const errors: string[] = [];
  for (const url of ["/missing.onnx", "/image.jpg"]) {
    await backend.load(url).catch((error: Error) => errors.push(`${error.name}: ${error.message}`));
  }
  return {
    availability: await backend.availability(),
    answer,
    logits: Array.from(outputs.get("logits")!.data, Number),
    pool: Array.from(outputs.get("pool")!.data, Number),
    errors,
  };
};
