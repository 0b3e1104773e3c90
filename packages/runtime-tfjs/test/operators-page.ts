import type { Tensor } from "@samoyed/core";
import { tfjsWebgl, tfjsWebgpu } from "../src/index.ts";

/** A tensor as it travels to the page and back. */
export interface PageTensor {
  readonly dtype: "float32" | "int32" | "bool";
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Outputs of a model by name, or why the engine is not there. */
export type OperatorsResult =
  | { readonly outputs: Readonly<Record<string, PageTensor>> }
  | { readonly unavailable: string };

declare global {
  interface Window {
    runOperators?: (
      name: string,
      inputs: Readonly<Record<string, PageTensor>>,
      url: string,
    ) => Promise<OperatorsResult>;
  }
}

const BACKENDS = [tfjsWebgl(), tfjsWebgpu()];

function toTensor({ dtype, shape, data }: PageTensor): Tensor {
  if (dtype === "float32") return { dtype, shape, data: Float32Array.from(data) };
  return dtype === "int32"
    ? { dtype, shape, data: Int32Array.from(data) }
    : { dtype, shape, data: Uint8Array.from(data) };
}

window.runOperators = async (name, inputs, url) => {
  const backend = BACKENDS.find((candidate) => candidate.name === name)!;
  const availability = await backend.availability();
  if (!availability.available) return { unavailable: availability.reason };
  const session = await backend.load(url);
  try {
    const given = Object.fromEntries(Object.entries(inputs).map(([key, tensor]) => [key, toTensor(tensor)]));
    const outputs = await session.run(given);
    const entries = Array.from(outputs, ([key, { dtype, shape, data }]) => [
      key,
      { dtype: dtype as PageTensor["dtype"], shape, data: Array.from(data, Number) },
    ]);
    return { outputs: Object.fromEntries(entries) as Record<string, PageTensor> };
  } finally {
    await session.dispose();
  }
};
