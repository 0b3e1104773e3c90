import { decodeBase64, type Tensor } from "@samoyed/core";

/** A float32 tensor for transfer into a page or out of it: its bytes in base64, so that no bit changes. */
export interface WireTensor {
  readonly shape: readonly number[];
  readonly base64: string;
}

/** Number of bytes that `String.fromCharCode` takes at once. */
const PIECE = 1 << 13;

/** Packs a tensor; runs in Node and in pages. */
export function toWire({ dtype, shape, data }: Tensor): WireTensor {
  if (dtype !== "float32") throw new Error(`only float32 goes over the wire; got ${dtype}`);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE) {
    // Not spread: that walks through an iterator, and takes eight times as long.
    text += Reflect.apply(String.fromCharCode, null, bytes.subarray(at, at + PIECE)) as string;
  }
  return { shape: [...shape], base64: btoa(text) };
}

/** Unpacks a tensor. */
export function fromWire({ shape, base64 }: WireTensor): Tensor<"float32"> {
  return { dtype: "float32", shape, data: new Float32Array(decodeBase64(base64).buffer) };
}
