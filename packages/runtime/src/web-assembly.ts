import { UnavailableError } from "@samoyed/core";

/** Compiles the empty module, and throws as the engine does: validating one says nothing of a page's policy. */
export function compileEmptyModule(): void {
  // oxlint-disable-next-line no-new -- compiled to know whether it may be
  new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
}

/**
 * Checks that WebAssembly can be compiled here.
 *
 * @throws UnavailableError with the missing directive or flag.
 */
export function requireWebAssembly(): void {
  try {
    compileEmptyModule();
  } catch (cause) {
    throw new UnavailableError("WebAssembly cannot be compiled here", {
      hint: "Add 'wasm-unsafe-eval' to script-src of the page's policy, use Node without --jitless, or a host that compiles at run time, which Cloudflare Workers do not.",
      cause,
    });
  }
}
