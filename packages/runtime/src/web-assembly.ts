import { UnavailableError } from "@samoyed/core";

/**
 * Checks that WebAssembly can be compiled here, with the empty module: validating one says nothing of a page's policy.
 *
 * @throws UnavailableError with the missing directive or flag.
 */
export function requireWebAssembly(): void {
  try {
    // oxlint-disable-next-line no-new -- compiled to know whether it may be
    new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  } catch (cause) {
    throw new UnavailableError("WebAssembly cannot be compiled here", {
      hint: "Add 'wasm-unsafe-eval' to script-src of the page's policy, or run Node without --jitless.",
      cause,
    });
  }
}
