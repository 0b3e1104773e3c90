import { quote, UnavailableError, UsageError } from "@samoyed/core";
import { hasSimd, hasUnpacking, hasWasm, type Simd } from "./detect.ts";

const NEWER = "use Chrome 91, Firefox 113, Safari 16.4, Node 20 or later; or convert to ONNX or TensorFlow.js";

/**
 * Says why `chooseSimd` found nothing.
 *
 * @throws UsageError when something else is asked for.
 * @throws UnavailableError where the engine lacks what is asked for, where there is no WebAssembly, or none with SIMD,
 *   or nothing to unpack the kernels with
 */
export function refuseSimd(asked: Simd | undefined): never {
  if (asked !== undefined && asked !== "plain" && asked !== "relaxed") {
    throw new UsageError(`simd is ${quote(asked)}; expected "plain" or "relaxed"`);
  }
  if (!hasWasm()) {
    throw new UnavailableError("there is no WebAssembly here", {
      hint: "use a current browser, or Node without --jitless; a content security policy needs 'wasm-unsafe-eval'",
    });
  }
  if (!hasSimd("plain")) {
    throw new UnavailableError("WebAssembly here has no SIMD instructions, which .smyd models need", { hint: NEWER });
  }
  if (!hasUnpacking()) {
    throw new UnavailableError("there is no DecompressionStream here, which unpacks the kernels", { hint: NEWER });
  }
  throw new UnavailableError("WebAssembly here has no relaxed SIMD instructions, which were asked for", {
    hint: "leave simd out, which takes the best there is; Node 20 has them with --experimental-wasm-relaxed-simd",
  });
}
