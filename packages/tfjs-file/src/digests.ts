import { type ByteSource, FormatError, memorySource, MismatchError, sha256Of } from "@samoyed/core";

/** SHA-256 of weight files, by their names in the manifest; empty for models of other converters. */
export type Digests = ReadonlyMap<string, string>;

/**
 * Reads the digests that our writer adds to a model's metadata.
 *
 * @throws FormatError when they are not digests, or one of the files has none.
 */
export function parseDigests(value: unknown, files: readonly string[], label: string): Digests {
  const where = `${label}: userDefinedMetadata.samoyedDigests`;
  if (value === undefined) return new Map();
  if (typeof value !== "object" || value === null) throw new FormatError(`${where} is not an object`);
  return new Map(
    files.map((file) => {
      const digest: unknown = Object.hasOwn(value, file) ? (value as Record<string, unknown>)[file] : undefined;
      if (typeof digest === "string" && /^[0-9a-f]{64}$/u.test(digest)) return [file, digest];
      throw new FormatError(
        `${where} has ${JSON.stringify(digest)} for ${file}; expected the 64 digits of its SHA-256`,
        {
          hint: "The model is damaged, or was edited: convert it again.",
        },
      );
    }),
  );
}

/**
 * Reads a weight file whole and checks its digest; one without a digest stays as it is.
 *
 * @returns a source of the bytes that were checked.
 * @throws MismatchError when the file is not the one that was written.
 */
export async function verifyShard(
  source: ByteSource,
  {
    file,
    digests,
    label,
    signal,
  }: {
    readonly file: string;
    readonly digests: Digests;
    readonly label: string;
    readonly signal: AbortSignal | undefined;
  },
): Promise<ByteSource> {
  const expected = digests.get(file);
  if (expected === undefined) return source;
  try {
    const bytes = await source.read(0, source.byteLength, { signal });
    const got = await sha256Of(bytes);
    if (got === expected) return memorySource(bytes, source.label);
    throw new MismatchError(`${label}: its shard ${file} has the SHA-256 ${got}; model.json says ${expected}`, {
      hint: "The file is damaged or belongs to another model: convert or download it again.",
      details: { file, expected, got },
    });
  } finally {
    await source.close?.();
  }
}
