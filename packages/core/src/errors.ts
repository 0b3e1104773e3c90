/** Stable identifiers of the kinds of errors; a program may branch on them. */
export type ErrorCode =
  | "format"
  | "unsupported"
  | "shape"
  | "mismatch"
  | "unavailable"
  | "usage"
  | "io"
  | "aborted"
  | "internal";

/** Options of every Samoyed error besides its message. */
export interface ErrorOptionsWithDetails {
  /** Advice for the user, as one sentence. */
  readonly hint?: string;
  /** Machine-readable facts: offsets, names, limits. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The base of every error that Samoyed throws on purpose: its message says what, where, got, expected. */
export class SamoyedError extends Error {
  // Written out in every class: a bundler that shortens class names must not shorten the names shown to users.
  override name = "SamoyedError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: ErrorOptionsWithDetails = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }
}

/** The bytes are not what their format requires. */
export class FormatError extends SamoyedError {
  override name = "FormatError";
  constructor(message: string, options?: ErrorOptionsWithDetails) {
    super("format", message, options);
  }
}

/** The input is valid, but Samoyed does not handle it. */
export class UnsupportedError extends SamoyedError {
  override name = "UnsupportedError";
  constructor(message: string, options?: ErrorOptionsWithDetails) {
    super("unsupported", message, options);
  }
}

/** Shapes that do not fit one another. */
export class ShapeError extends SamoyedError {
  override name = "ShapeError";
  constructor(message: string, options?: ErrorOptionsWithDetails) {
    super("shape", message, options);
  }
}

/** Two things that must agree but do not: a checkpoint and an architecture, a hash and a file. */
export class MismatchError extends SamoyedError {
  override name = "MismatchError";
  constructor(message: string, options?: ErrorOptionsWithDetails) {
    super("mismatch", message, options);
  }
}

/** Something needed is not installed or cannot be reached here. */
export class UnavailableError extends SamoyedError {
  override name = "UnavailableError";
  constructor(message: string, options?: ErrorOptionsWithDetails) {
    super("unavailable", message, options);
  }
}

/** A caller's mistake: an unknown option, a missing argument. */
export class UsageError extends SamoyedError {
  override name = "UsageError";
  constructor(message: string, options?: ErrorOptionsWithDetails) {
    super("usage", message, options);
  }
}

/** Reading or writing failed: permissions, a full disk, a broken connection. */
export class IoError extends SamoyedError {
  override name = "IoError";
  constructor(message: string, options?: ErrorOptionsWithDetails) {
    super("io", message, options);
  }
}

/** The caller's `AbortSignal` fired. */
export class AbortedError extends SamoyedError {
  override name = "AbortedError";
  constructor(message = "interrupted", options?: ErrorOptionsWithDetails) {
    super("aborted", message, options);
  }
}

/** A bug in Samoyed: something that its own code rules out has happened. */
export class InternalError extends SamoyedError {
  override name = "InternalError";
  constructor(message: string, options?: ErrorOptionsWithDetails) {
    super("internal", message, options);
  }
}

/**
 * Stops canceled work.
 *
 * @throws AbortedError when the signal has fired; the signal's reason is its `cause`.
 */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new AbortedError("interrupted", { cause: signal.reason });
  }
}
