import { concatBytes } from "@samoyed/core";

/**
 * Makes bytes that, appended to a serialized ONNX `ModelProto`, make the named values outputs of its graph.
 *
 * Protobuf merges a message field that occurs twice (its encoding guide, "Last One Wins"), and repeated fields inside
 * are concatenated; so a second `graph` that contains only `output { name }` entries extends the first one.
 * onnxruntime infers the omitted types and shapes.
 */
export function outputsPatch(names: readonly string[]): Uint8Array {
  // GraphProto.output = 12; ModelProto.graph = 7.
  return delimited(7, concatBytes(names.map((name) => delimited(12, delimited(1, new TextEncoder().encode(name))))));
}

/** A length-delimited field: tag, length, payload. */
function delimited(field: number, payload: Uint8Array): Uint8Array {
  const header = [(field << 3) | 2];
  let length = payload.length;
  for (; length >= 0x80; length = Math.floor(length / 0x80)) header.push((length % 0x80) | 0x80);
  header.push(length);
  return concatBytes([Uint8Array.from(header), payload]);
}
