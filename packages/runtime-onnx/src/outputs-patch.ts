/**
 * Bytes that, appended to a serialised ONNX `ModelProto`, make the named values outputs of its graph.
 *
 * Protobuf merges a message field that occurs twice (its encoding guide, "Last One Wins"), and repeated fields inside
 * are concatenated; so a second `graph` that holds nothing but `output { name }` entries extends the first one.
 * onnxruntime infers the types and shapes that are left out.
 */
export function outputsPatch(names: readonly string[]): Uint8Array {
  // GraphProto.output = 12; ModelProto.graph = 7.
  return delimited(7, concat(names.map((name) => delimited(12, delimited(1, new TextEncoder().encode(name))))));
}

/** Several arrays as one. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A length-delimited field: tag, length, payload. */
function delimited(field: number, payload: Uint8Array): Uint8Array {
  const header = [(field << 3) | 2];
  let length = payload.length;
  for (; length >= 0x80; length = Math.floor(length / 0x80)) header.push((length % 0x80) | 0x80);
  header.push(length);
  return concat([Uint8Array.from(header), payload]);
}
