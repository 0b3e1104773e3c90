import { UnavailableError } from "@samoyed/core";

/** The shortest module: WebAssembly's magic number and version. */
const EMPTY = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/**
 * Checks that WebAssembly can be compiled here. Validating says nothing of a page's policy, so this compiles the empty
 * module.
 *
 * @throws UnavailableError with the missing directive or flag.
 */
export function requireWebAssembly(): void {
  if (typeof WebAssembly !== "object") {
    throw new UnavailableError("there is no WebAssembly here", {
      hint: "Use a current browser, or Node without --jitless; ONNX and .smyd models need WebAssembly.",
    });
  }
  try {
    // oxlint-disable-next-line no-new -- compiled to know whether it may be
    new WebAssembly.Module(Uint8Array.from(EMPTY));
  } catch (cause) {
    throw new UnavailableError("WebAssembly may not be compiled here", {
      hint: "Add 'wasm-unsafe-eval' to script-src of the page's Content-Security-Policy; hosts that compile nothing at run time, as Cloudflare Workers, cannot run it.",
      cause,
    });
  }
}
