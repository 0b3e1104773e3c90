import { UnavailableError } from "@samoyed/core";

import { decodeBase64 } from "./base64.ts";

/** Which vector instructions the kernels use; relaxed ones multiply and add in one. */
export type Simd = "plain" | "relaxed";

// (module (func (result v128) i32.const 0 i8x16.splat))
const PLAIN = "AGFzbQEAAAABBQFgAAF7AwIBAAoIAQYAQQD9Dws=";

// (module (func (param v128) (result v128) local.get 0 local.get 0 local.get 0 f32x4.relaxed_madd))
const RELAXED = "AGFzbQEAAAABBgFgAXsBewMCAQAKDQELACAAIAAgAP2FAgs=";

const NEWER = "use Chrome 91, Firefox 113, Safari 16.4, Node 20 or later; or convert to ONNX or TensorFlow.js";

/**
 * The best vector instructions that this engine has.
 *
 * @throws UnavailableError where there is no WebAssembly, or none with SIMD, or nothing to unpack the kernels with
 */
export function detectSimd(): Simd {
  if (typeof WebAssembly !== "object") {
    throw new UnavailableError("there is no WebAssembly here", {
      hint: "use a current browser, or Node without --jitless; a content security policy needs 'wasm-unsafe-eval'",
    });
  }
  if (!WebAssembly.validate(decodeBase64(PLAIN))) {
    throw new UnavailableError("WebAssembly here has no SIMD instructions, which .smyd models need", {
      hint: NEWER,
    });
  }
  if (typeof DecompressionStream === "undefined") {
    throw new UnavailableError("there is no DecompressionStream here, which unpacks the kernels", { hint: NEWER });
  }
  return WebAssembly.validate(decodeBase64(RELAXED)) ? "relaxed" : "plain";
}
