import type { Tensor } from "@samoyed/core";

/** A float32 tensor for transfer into a page or out of it: its bytes in base64, so that no bit changes. */
export interface WireTensor {
  readonly shape: readonly number[];
  readonly base64: string;
}

/** Number of bytes that `String.fromCharCode` takes at once. */
const PIECE = 1 << 15;

/** Packs a tensor; runs in Node and in pages. */
export function toWire({ dtype, shape, data }: Tensor): WireTensor {
  if (dtype !== "float32") throw new Error(`only float32 goes over the wire; got ${dtype}`);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return { shape: [...shape], base64: btoa(text) };
}

/** Unpacks a tensor. */
export function fromWire({ shape, base64 }: WireTensor): Tensor<"float32"> {
  const { buffer } = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return { dtype: "float32", shape, data: new Float32Array(buffer) };
}
