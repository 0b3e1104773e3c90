import { FormatError } from "../errors.ts";
import { describeJson, type JsonValue } from "../json/json-value.ts";
import { quote } from "../text/quote.ts";

/** The parts of a safetensors file's header. */
export interface SafetensorsJson {
  readonly metadata: ReadonlyMap<string, string>;
  /** Each tensor's entry, by name, as it is. */
  readonly tensors: Map<string, JsonValue>;
}

/**
 * Splits a header's JSON, for readers that know what its tensors have to be.
 *
 * @throws FormatError when it is no object, or its metadata are not strings.
 */
export function splitSafetensorsJson(header: JsonValue, label: string): SafetensorsJson {
  if (!(header instanceof Map)) {
    throw new FormatError(`${label}: the safetensors header is ${describeJson(header)}; expected an object`);
  }
  const tensors = new Map(header);
  tensors.delete("__metadata__");
  return { metadata: readMetadata(header.get("__metadata__"), label), tensors };
}

function readMetadata(value: JsonValue | undefined, label: string): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  if (value === undefined) {
    return metadata;
  }
  if (!(value instanceof Map)) {
    throw new FormatError(`${label}: "__metadata__" is ${describeJson(value)}; expected an object of strings`);
  }
  for (const [key, text] of value) {
    if (typeof text !== "string") {
      throw new FormatError(
        `${label}: "__metadata__" contains ${describeJson(text)} under ${quote(key)}; expected a string`,
      );
    }
    metadata.set(key, text);
  }
  return metadata;
}
