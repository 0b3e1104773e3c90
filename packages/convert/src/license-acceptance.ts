import { UsageError } from "@samoyed/core";
import type { ModelInfo } from "@samoyed/models";

/** Licenses that ask for nothing before a download; all others must be accepted. */
const PERMISSIVE: ReadonlySet<string> = new Set(["apache-2.0", "mit", "bsd-3-clause", "bsd-2-clause"]);

/** Whether the user must accept a model's license before its weights are downloaded. */
export function needsAcceptance({ license }: ModelInfo): boolean {
  return !PERMISSIVE.has(license);
}

/**
 * Checks that a license was accepted where that is needed.
 *
 * @throws UsageError when it was not.
 */
export function requireAcceptance(info: ModelInfo, acceptLicense: boolean): void {
  if (!acceptLicense && needsAcceptance(info)) {
    throw new UsageError(`${info.name} is published under ${info.license}, which has not been accepted`, {
      hint: "Read the license, and accept it with --accept-license (in a program: acceptLicense: true).",
      details: { license: info.license },
    });
  }
}
