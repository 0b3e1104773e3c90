import { type ContractSelfTest, elementCount, MismatchError, type Tensor, UnsupportedError } from "@samoyed/core";
import type { Port, Session } from "@samoyed/runtime";

/** Outputs that are compared, evenly spaced: a kernel that is wrong anywhere shows in all of them. */
const SAMPLES = 32;

/**
 * Of the largest output: rounding differs between plain and relaxed instructions by a thousandth of this, and a kernel
 * that is wrong is off by about the whole.
 */
const RELATIVE_TOLERANCE = 1e-3;

const SEED = 1;

/**
 * The input of a self-test: an image of one size, values spread evenly over [-2, 2), as normalized pixels are. The same
 * bits everywhere: xorshift32 (Marsaglia 2003, "Xorshift RNGs"), its upper 24 bits as a float.
 */
export function seededInput(shape: readonly number[], seed: number): Tensor<"float32"> {
  let state = seed;
  const data = Float32Array.from({ length: elementCount(shape) }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 8) / 2 ** 22 - 2;
  });
  return { dtype: "float32", shape, data };
}

/**
 * Runs a model on its seeded input, so that a machine which gets it wrong can be told later.
 *
 * @param by who computes it, for people.
 * @throws UnsupportedError when the model has no contract: its input's size is in there.
 * @throws MismatchError when an output is not finite.
 */
export async function recordSelfTest(session: Session, { by }: { readonly by: string }): Promise<ContractSelfTest> {
  const output = await runSeeded(session, SEED);
  const largest = output.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!Number.isFinite(largest)) throw new MismatchError("the model's outputs are not all finite");
  return { seed: SEED, values: [...sampled(output, SAMPLES)], tolerance: RELATIVE_TOLERANCE * largest, by };
}

/**
 * Runs a model on the input that its contract names and compares the outputs.
 *
 * @throws UnsupportedError when the contract has no self-test.
 * @throws MismatchError when this machine computes something else.
 */
export async function checkSelfTest(session: Session): Promise<void> {
  const test = session.contract?.selfTest;
  if (test === undefined) {
    throw new UnsupportedError("the model carries no self-test", {
      hint: "Convert it with: samoyed convert --to smyd --self-test.",
    });
  }
  const output = await runSeeded(session, test.seed);
  for (const [index, value] of sampled(output, test.values.length).entries()) {
    const expected = test.values[index]!;
    // Not "is greater": NaN must fail.
    if (Math.abs(value - expected) <= test.tolerance) continue;
    throw new MismatchError(
      `the self-test fails on this machine: sample ${index} of the output is ${value}; ${test.by} has ${expected}, tolerance ${test.tolerance}`,
      {
        hint: "The engine's WebAssembly computes wrongly here: update it, or take another backend.",
        details: { index, value, expected, tolerance: test.tolerance },
      },
    );
  }
}

async function runSeeded(session: Session, seed: number): Promise<Float32Array> {
  const { contract, inputs } = session;
  if (contract === undefined || inputs.length !== 1) {
    throw new UnsupportedError("the model has no contract, so the size of its self-test's input is unknown");
  }
  const input = seededInput(inputShape(inputs[0]!, contract.preprocess.inputSize), seed);
  const outputs = await session.run({ [contract.input]: input });
  return outputs.get(contract.output)!.data as Float32Array;
}

function inputShape({ shape }: Port, [channels, height, width]: readonly [number, number, number]): number[] {
  return [1, channels, height, width].map((size, axis) => {
    const own = shape[axis];
    return typeof own === "number" ? own : size;
  });
}

/** So many elements, evenly spaced from the first on. */
function sampled(output: Float32Array, count: number): Float32Array {
  const samples = Math.min(count, output.length);
  return Float32Array.from({ length: samples }, (_, index) => output[Math.floor((index * output.length) / samples)]!);
}
