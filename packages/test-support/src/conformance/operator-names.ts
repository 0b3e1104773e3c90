/** Fields of ONNX's messages (onnx.proto). */
const MODEL_GRAPH = 7;
const GRAPH_NODE = 1;
const NODE_OPERATOR = 4;
const NODE_DOMAIN = 7;

/** The bytes of the length-delimited fields with a given number in a protobuf message; all others are skipped. */
function* fields(message: Uint8Array, number: number): Generator<Uint8Array> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const kind = tag % 8;
    if (kind === 2) {
      const length = varint();
      if (Math.floor(tag / 8) === number) yield message.subarray(at, at + length);
      at += length;
    } else if (kind === 0) varint();
    else if (kind === 1) at += 8;
    else if (kind === 5) at += 4;
    else throw new Error(`a field of wire type ${kind}`);
  }
}

const text = (message: Uint8Array, number: number): string => {
  const [bytes] = fields(message, number);
  return new TextDecoder().decode(bytes);
};

/** The operators of a model's nodes, sorted, each once; `domain.Operator` if it is not ONNX's own. Reads nothing else, so it works for models that `readOnnx` refuses. */
export function operatorNames(model: Uint8Array): string[] {
  const names = new Set<string>();
  for (const graph of fields(model, MODEL_GRAPH)) {
    for (const node of fields(graph, GRAPH_NODE)) {
      const domain = text(node, NODE_DOMAIN);
      names.add(domain === "" ? text(node, NODE_OPERATOR) : `${domain}.${text(node, NODE_OPERATOR)}`);
    }
  }
  return [...names].sort();
}
