import { setFlagsFromString } from "node:v8";
import { smyd } from "../src/node.ts";

// V8 before 12, which Node 20 has, keeps relaxed SIMD behind a flag.
setFlagsFromString("--experimental-wasm-relaxed-simd");

/** The backend with either kind of instructions. */
export const BACKENDS = { plain: smyd({ simd: "plain" }), relaxed: smyd({ simd: "relaxed" }) } as const;
