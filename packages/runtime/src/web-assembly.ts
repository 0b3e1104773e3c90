import { UnavailableError } from "@samoyed/core";
import { compileEmptyModule } from "./compile-empty-module.ts";

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
