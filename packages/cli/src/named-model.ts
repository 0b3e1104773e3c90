import { nearest, UnsupportedError, UsageError } from "@samoyed/core";
import { findModel, type ModelInfo } from "@samoyed/models";

/**
 * The model that the user named.
 *
 * @param what - What is wrong if no model has that name; the registry's own words when absent.
 * @throws UsageError when no model has it, with the name that may have been meant.
 */
export async function namedModel(name: string, what?: string): Promise<ModelInfo> {
  try {
    return await findModel(name);
  } catch (cause) {
    if (!(cause instanceof UnsupportedError)) throw cause;
    const near = cause.details["nearest"] as readonly string[];
    const close = nearest(name, near);
    throw new UsageError(what ?? cause.message, {
      cause,
      details: cause.details,
      hint: `${close === undefined ? (cause.hint ?? "") : `Did you mean ${close}?`} samoyed models lists all.`,
    });
  }
}
