import { FormatError } from "../errors.ts";

/**
 * Checks a read against the size of its source, before anything is allocated.
 *
 * @throws FormatError when `offset` and `length` are not whole numbers, or the range is not within the source.
 */
export function checkRange(source: { byteLength: number; label: string }, offset: number, length: number): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (!whole || offset > source.byteLength || length > source.byteLength - offset) {
    throw new FormatError(
      `${source.label}: bytes ${offset} to ${offset + length} were requested; it has ${source.byteLength}`,
      { hint: "The file is damaged or was cut short; fetch it again.", details: { offset, length } },
    );
  }
}
