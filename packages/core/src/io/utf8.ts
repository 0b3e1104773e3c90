const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decodes UTF-8; `undefined` if the bytes are not valid UTF-8 (surrogates included). */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    // The decoder reports only that the bytes are invalid; the caller says where they are.
    return undefined;
  }
}
