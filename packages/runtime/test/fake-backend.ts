import type { ClassificationContract, Contract, Tensor } from "@samoyed/core";
import { testContract } from "@samoyed/test-support/contract";
import type { Availability, Backend, Port, Session } from "../src/backend.ts";
import { checkInputs } from "../src/check-inputs.ts";

export const CONTRACT: ClassificationContract = testContract({
  model: "fake.test",
  preprocess: { inputSize: [3, 4, 4], interpolation: "bilinear", mean: [0, 0, 0], std: [1, 1, 1] },
  labels: ["red", "green", "blue"],
});

/** Changes that a test makes to the fake model. */
export interface FakeModel {
  readonly contract?: Contract | undefined;
  readonly input?: Port["shape"];
  readonly output?: Port["shape"];
  readonly inputs?: readonly Port[];
  readonly availability?: Availability;
  /** Replaces the logits, which are 10 × the mean of each channel. */
  readonly logits?: (input: Tensor) => Tensor | undefined;
}

/** A backend whose network averages each channel, and that counts its calls. */
export function fakeBackend(
  name: string,
  model: FakeModel = {},
): Backend & { runs: number; running: number; overlapped: boolean; disposed: number } {
  const state = {
    name,
    format: "onnx" as const,
    runs: 0,
    running: 0,
    overlapped: false,
    disposed: 0,
    availability: async (): Promise<Availability> => model.availability ?? { available: true, version: "1" },
    load: async (): Promise<Session> => {
      const inputs = model.inputs ?? [{ name: "input", dtype: "float32", shape: model.input ?? ["N", 3, 4, 4] }];
      return {
        backend: name,
        inputs,
        outputs: [{ name: "logits", dtype: "float32", shape: model.output ?? ["N", 3] }],
        contract: "contract" in model ? model.contract : CONTRACT,
        run: async (tensors) => {
          checkInputs(tensors, inputs);
          state.runs++;
          state.running++;
          state.overlapped ||= state.running > 1;
          await new Promise((done) => setTimeout(done, 1));
          state.running--;
          const logits = (model.logits ?? channelMeans)(tensors["input"]!);
          return new Map(logits ? [["logits", logits]] : []);
        },
        dispose: async () => {
          state.disposed++;
        },
      };
    },
  };
  return state;
}

export function channelMeans(input: Tensor): Tensor<"float32"> {
  const [images = 0, channels = 0, height = 0, width = 0] = input.shape;
  const size = height * width;
  const data = Float32Array.from({ length: images * channels }, (_, plane) => {
    let sum = 0;
    for (let at = 0; at < size; at++) sum += Number(input.data[plane * size + at]);
    return (10 * sum) / size;
  });
  return { dtype: "float32", shape: [images, channels], data };
}
