/** Compiles the empty module, and throws as the engine does: validating one says nothing of a page's policy. */
export function compileEmptyModule(): void {
  // oxlint-disable-next-line no-new -- compiled to know whether it may be
  new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
}
