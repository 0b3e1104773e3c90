import { tfjsWasm } from "@samoyed/runtime-tfjs";

// In Node the installed engine's own files are found.
export const open = () => tfjsWasm(globalThis.document ? { wasmUrl: "/wasm/" } : {});
