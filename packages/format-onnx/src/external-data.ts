import { type ByteSource, FormatError, UsageError } from "@samoyed/core";
import { refuseLocation } from "./external-location.ts";
import type { TensorPlace } from "./tensor-data.ts";
import type { TensorRecord } from "./tensor-record.ts";

/** Opens a file next to the model, by the name in the model. */
export type Resolve = (file: string) => Promise<ByteSource>;

/** Finds the bytes of tensors in other files; each file is resolved once. */
export type ExternalData = (record: TensorRecord) => Promise<TensorPlace>;

/** Creates the lookup of external files by the names in a model. `label` names the model in errors. */
export function externalData(label: string, resolve: Resolve | undefined): ExternalData {
  const sources = new Map<string, ByteSource>();

  async function open(location: string, what: string): Promise<ByteSource> {
    const known = sources.get(location);
    if (known !== undefined) return known;
    const refusal = refuseLocation(location);
    if (refusal !== undefined) {
      throw new FormatError(`${what} has its data in ${JSON.stringify(location)}: ${refusal}`, {
        hint: "External data must be in the model's own folder; do not use this file unless you trust its source.",
        details: { location },
      });
    }
    if (resolve === undefined) {
      throw new UsageError(
        `${what} has its data in the file ${JSON.stringify(location)}, and no way to open it was given`,
        {
          hint: "Pass `resolve`, which opens a file next to the model.",
          details: { location },
        },
      );
    }
    const source = await resolve(location);
    sources.set(location, source);
    return source;
  }

  return async (record) => {
    const what = `${label}: tensor ${JSON.stringify(record.name)}`;
    const keys = record.external ?? new Map<string, string>();
    const source = await open(keys.get("location") ?? "", what);
    const offset = wholeNumber(keys.get("offset") ?? "0", `${what}: the offset`);
    const length = wholeNumber(keys.get("length") ?? String(record.byteLength), `${what}: the length`);
    if (length !== record.byteLength) {
      throw new FormatError(`${what} has ${length} bytes of external data; its shape takes ${record.byteLength}`);
    }
    if (offset > source.byteLength || length > source.byteLength - offset) {
      throw new FormatError(
        `${what} has bytes ${offset} to ${offset + length} of ${source.label} for data; that file has ${source.byteLength}`,
        { hint: "The weight file does not belong to this model, or was cut short." },
      );
    }
    return { source, storage: "raw", spans: length === 0 ? [] : [{ start: offset, end: offset + length }] };
  };
}

function wholeNumber(text: string, what: string): number {
  // 15 digits are exact in a double.
  if (!/^\d{1,15}$/.test(text))
    throw new FormatError(`${what} of its external data is ${JSON.stringify(text)}; expected a number`);
  return Number(text);
}
