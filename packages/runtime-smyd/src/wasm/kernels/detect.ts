import { decodeBase64 } from "@samoyed/core";

/** Which vector instructions the kernels use; relaxed ones multiply and add in one. */
export type Simd = "plain" | "relaxed";

// (module (func (result v128) i32.const 0 i8x16.splat))
const PLAIN = "AGFzbQEAAAABBQFgAAF7AwIBAAoIAQYAQQD9Dws=";

// (module (func (param v128) (result v128) local.get 0 local.get 0 local.get 0 f32x4.relaxed_madd))
const RELAXED = "AGFzbQEAAAABBgFgAXsBewMCAQAKDQELACAAIAAgAP2FAgs=";

/**
 * The vector instructions to use: the best that this engine has, or those that were asked for. Undefined where it has not
 * what it takes, of which `refuseSimd` says more.
 */
export function chooseSimd(asked: Simd | undefined): Simd | undefined {
  if (!hasWasm() || !hasSimd("plain") || !hasUnpacking()) return undefined;
  if (asked !== undefined) return hasSimd(asked) ? asked : undefined;
  return hasSimd("relaxed") ? "relaxed" : "plain";
}

export function hasWasm(): boolean {
  return typeof WebAssembly === "object";
}

/** Whether there are instructions, where there is WebAssembly; none of another name are. */
export function hasSimd(simd: Simd): boolean {
  if (simd !== "plain" && simd !== "relaxed") return false;
  return WebAssembly.validate(decodeBase64(simd === "plain" ? PLAIN : RELAXED));
}

/** Whether there is what unpacks the kernels. */
export function hasUnpacking(): boolean {
  return typeof DecompressionStream !== "undefined";
}
