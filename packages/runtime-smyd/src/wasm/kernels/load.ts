import { decodeBase64 } from "@samoyed/core";
import type { Simd } from "./detect.ts";

/** Whether a memory is one thread's own. */
export type Sharing = "unshared" | "shared";

/** Which networks the kernels are for: convolutional classifiers, transformers, detectors as well as both, or all. */
export type KernelSet = "common" | "sequences" | "usual" | "all";

/** Exports of the kernels. Addresses are bytes into the memory; nothing is checked. */
export interface Kernels {
  /** Runs steps `first` to `last - 1` of the program at `program`; each of `threads` threads makes the same call. */
  readonly run: (program: number, first: number, last: number, thread: number, threads: number) => void;
  /** Begins an XXH64 hash in HASH_STATE_BYTES bytes at an address that 8 divides. */
  readonly hashStart: (state: number) => void;
  readonly hashUpdate: (state: number, from: number, length: number) => void;
  /** The hash so far, as a signed 64-bit integer. */
  readonly hashDigest: (state: number) => bigint;
}

export const HASH_STATE_BYTES = 80;

/** Downloads a variant. */
export type Variant = () => Promise<{ readonly wasm: string }>;

/** The variants for one kind of memory. Each is a module of its own: a browser downloads the one that it runs. */
export type Variants = Readonly<Record<KernelSet, Readonly<Record<Simd, Variant>>>>;

const UNSHARED: Variants = {
  common: { plain: () => import("./built/plain.ts"), relaxed: () => import("./built/relaxed.ts") },
  sequences: {
    plain: () => import("./built/plain-sequences.ts"),
    relaxed: () => import("./built/relaxed-sequences.ts"),
  },
  usual: { plain: () => import("./built/plain-usual.ts"), relaxed: () => import("./built/relaxed-usual.ts") },
  all: { plain: () => import("./built/plain-all.ts"), relaxed: () => import("./built/relaxed-all.ts") },
};

/** Options of `compileKernels`. */
export interface KernelOptions {
  readonly set: KernelSet;
  readonly simd: Simd;
  readonly sharing: Sharing;
}

/** The variants that were compiled: sessions share them. */
const compiled = new Map<Variant, Promise<WebAssembly.Module>>();

/** Compiles the kernels' variant, once; the result may be posted to workers. */
export async function compileKernels({ set, simd, sharing }: KernelOptions): Promise<WebAssembly.Module> {
  // A page with one thread does not download even the names of what threads take.
  const variants = sharing === "shared" ? (await import("./shared-variants.ts")).SHARED : UNSHARED;
  const variant = variants[set][simd];
  const module = compiled.get(variant) ?? compile(variant);
  compiled.set(variant, module);
  try {
    return await module;
  } catch (error) {
    // What failed once, such as a download, may work the next time.
    compiled.delete(variant);
    throw error;
  }
}

async function compile(variant: Variant): Promise<WebAssembly.Module> {
  const { wasm } = await variant();
  const unpacked = new Blob([decodeBase64(wasm)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return WebAssembly.compile(await new Response(unpacked).arrayBuffer());
}

/** The kernels over a memory that is shared if, and only if, the module was compiled for one. */
export async function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Kernels> {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  return exports as unknown as Kernels;
}

/** The kernels over a memory, in the variant that fits it. */
export async function loadKernels(
  memory: WebAssembly.Memory,
  options: Omit<KernelOptions, "sharing">,
): Promise<Kernels> {
  const shared = typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer;
  return instantiateKernels(await compileKernels({ ...options, sharing: shared ? "shared" : "unshared" }), memory);
}
