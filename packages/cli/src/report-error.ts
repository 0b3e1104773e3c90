import { type ErrorCode, SamoyedError } from "@samoyed/core";
import { EXIT, EXIT_OF_ERROR } from "./exit-codes.ts";
import { printableJson, printableLine } from "./printable.ts";

/** Hints for errors that have no hint of their own. */
const HINTS: Readonly<Record<ErrorCode, string>> = {
  usage: "See: samoyed --help",
  format: "Check that it is the right file, and whole.",
  shape: "Compare the shapes with what the model takes: samoyed inspect ARTIFACT.",
  mismatch: "Use the two that belong together.",
  io: "Check the path, its permissions and the disk.",
  unsupported: "See what is supported: samoyed --help, samoyed models.",
  unavailable: "See what is missing: samoyed doctor",
  aborted: "Nothing half-written was left behind.",
  internal: "This is a bug in Samoyed: please report it, with the stack below.",
};

/** An error as the command line reports it. */
export interface ErrorReport {
  /** Two lines, what and where, then what to do; after them the stack, if it is a bug. */
  readonly text: string;
  /** One JSON document. */
  readonly json: string;
  readonly exitCode: number;
}

/** Characters of a message that are shown: a model with ten thousand refused nodes names each, in `details` too. */
const MAX_MESSAGE = 2048;

function cut(message: string): string {
  if (message.length <= MAX_MESSAGE) return message;
  // Not within a pair of surrogates.
  const kept = message.slice(0, MAX_MESSAGE).replace(/[\ud800-\udbff]$/u, "");
  return `${kept}… (${message.length - kept.length} more characters)`;
}

/** Two lines and an exit status for an error of any kind. */
export function reportError(error: unknown): ErrorReport {
  const message = cut(printableLine(error instanceof Error ? error.message : String(error)));
  if (error instanceof SamoyedError && error.code !== "internal") {
    const { code, details } = error;
    const hint = cut(printableLine(error.hint || HINTS[code]));
    return {
      text: `samoyed: ${message}\n  ${hint}\n`,
      json: `${printableJson({ error: { code, message, hint, details } })}\n`,
      exitCode: EXIT_OF_ERROR[code],
    };
  }
  const stack = error instanceof Error && error.stack !== undefined ? `${error.stack}\n` : "";
  return {
    text: `samoyed: ${message}\n  ${HINTS.internal}\n${stack}`,
    json: `${printableJson({ error: { code: "internal", message, hint: HINTS.internal } })}\n`,
    exitCode: EXIT.internal,
  };
}
