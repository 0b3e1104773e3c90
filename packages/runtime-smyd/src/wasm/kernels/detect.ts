import { decodeBase64, quote, UnavailableError, UsageError } from "@samoyed/core";
import { requireWebAssembly } from "@samoyed/runtime";

/** Which vector instructions the kernels use; relaxed ones multiply and add in one. */
export type Simd = "plain" | "relaxed";

// (module (func (result v128) i32.const 0 i8x16.splat))
const PLAIN = "AGFzbQEAAAABBQFgAAF7AwIBAAoIAQYAQQD9Dws=";

// (module (func (param v128) (result v128) local.get 0 local.get 0 local.get 0 f32x4.relaxed_madd))
const RELAXED = "AGFzbQEAAAABBgFgAXsBewMCAQAKDQELACAAIAAgAP2FAgs=";

const NEWER = "use Chrome 91, Firefox 113, Safari 16.4, Node 20 or later; or convert to ONNX or TensorFlow.js";

/**
 * The vector instructions to use: the best that this engine has, or those that were asked for.
 *
 * @throws UsageError when something else is asked for.
 * @throws UnavailableError where the engine lacks what is asked for, where there is no WebAssembly, or none with SIMD,
 *   or nothing to unpack the kernels with
 */
export function chooseSimd(asked: Simd | undefined): Simd {
  if (asked !== undefined && asked !== "plain" && asked !== "relaxed") {
    throw new UsageError(`simd is ${quote(asked)}; expected "plain" or "relaxed"`);
  }
  requireWebAssembly();
  if (!WebAssembly.validate(decodeBase64(PLAIN))) {
    throw new UnavailableError("WebAssembly here has no SIMD instructions, which .smyd models need", {
      hint: NEWER,
    });
  }
  if (typeof DecompressionStream === "undefined") {
    throw new UnavailableError("there is no DecompressionStream here, which unpacks the kernels", { hint: NEWER });
  }
  if (asked === "plain") return asked;
  const relaxed = WebAssembly.validate(decodeBase64(RELAXED));
  if (asked === "relaxed" && !relaxed) {
    throw new UnavailableError("WebAssembly here has no relaxed SIMD instructions, which were asked for", {
      hint: "leave simd out, which takes the best there is; Node 20 has them with --experimental-wasm-relaxed-simd",
    });
  }
  return relaxed ? "relaxed" : "plain";
}
