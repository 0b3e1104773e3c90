// One convolution on the kernels of .smyd's runtime, with tiles of any size: the same in Node and in pages.
import { loadKernels } from "../../../packages/runtime-smyd/dist/wasm/kernels/load.js";
import { COMMON_RECORDS } from "../../../packages/runtime-smyd/dist/wasm/program/common-records.js";
import { encodeProgram, scratchBytes } from "../../../packages/runtime-smyd/dist/wasm/program/encode.js";
import { stepEncoder } from "../../../packages/runtime-smyd/dist/wasm/program/step-records.js";

const ALIGNMENT = 64;

/** More than fits in caches: in a network, weights come from memory, because all others have passed through since. */
const OTHER_DATA = new Int32Array((64 << 20) / 4);
const LINE = 64 / 4;

/**
 * Runs a convolution of `pixels` × `outputs` sums of `depth` products, the weights packed as in a file.
 *
 * @param variant `{ simd, tile, block }`: instructions, pixels of a tile, pixels that one panel passes over before the next
 * @returns GFLOP/s of the fastest of `runs` runs, each with cold caches
 */
export async function convolutionSpeed({ pixels, outputs, depth }, { simd, tile, block = pixels }, runs) {
  let end = ALIGNMENT;
  const place = (words) => {
    const address = end;
    end = Math.ceil((address + 4 * words) / ALIGNMENT) * ALIGNMENT;
    return address;
  };
  const input = place(pixels * depth);
  const output = place(pixels * outputs);
  const weights = place(depth * outputs);
  const taps = place(1);
  const inputPixels = place(pixels);
  const outputPixels = place(pixels);
  const step = {
    kind: "conv",
    ...{ input, output, weights, inputPixels, outputPixels, pixels },
    storage: { kind: "float32" },
    // The taps' one zero is the groups' too.
    groups: { count: 1, outputs, inputs: taps, places: taps },
    taps: { offsets: taps, count: 1, depth },
    pixelBlock: block,
    activation: { kind: "relu" },
  };
  const scratch = place(scratchBytes([step]) / 4);
  const words = encodeProgram([step], { encodeStep: stepEncoder(COMMON_RECORDS), scratch, tile });
  const program = place(words.length);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(end / 65_536) });
  const whole = new Int32Array(memory.buffer);
  const floats = new Float32Array(memory.buffer);
  for (let at = input / 4; at < output / 4; at++) floats[at] = Math.sin(at);
  for (let at = weights / 4; at < taps / 4; at++) floats[at] = Math.cos(at);
  for (let pixel = 0; pixel < pixels; pixel++) {
    whole[inputPixels / 4 + pixel] = 4 * depth * pixel;
    whole[outputPixels / 4 + pixel] = 4 * outputs * pixel;
  }
  whole.set(words, program / 4);
  const kernels = await loadKernels(memory, { set: "common", simd });
  let least = Infinity;
  for (let run = 0; run < runs; run++) {
    for (let at = 0; at < OTHER_DATA.length; at += LINE) OTHER_DATA[at] += 1;
    const start = performance.now();
    kernels.run(program, 0, 1, 0, 1);
    least = Math.min(least, performance.now() - start);
  }
  return (2 * pixels * outputs * depth) / least / 1e6;
}
