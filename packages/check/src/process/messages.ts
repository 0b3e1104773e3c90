import { SamoyedError, UnavailableError } from "@samoyed/core";
import type { Availability, Session } from "@samoyed/runtime";

/** What the parent asks of a backend in a process of its own. Tensors and maps travel as they are. */
export type Request =
  | { readonly method: "availability" }
  | { readonly method: "load"; readonly artifact: string }
  | {
      readonly method: "run";
      readonly inputs: Parameters<Session["run"]>[0];
      readonly taps: readonly string[] | undefined;
    }
  | { readonly method: "dispose" };

/** What a method answers. */
export interface Answers {
  readonly availability: Availability;
  readonly load: Pick<Session, "inputs" | "outputs" | "contract">;
  readonly run: Awaited<ReturnType<Session["run"]>>;
  readonly dispose: undefined;
}

/** An error that can be sent. */
export interface SentError {
  readonly code: SamoyedError["code"] | undefined;
  readonly message: string;
  readonly hint: string | undefined;
}

/** The answer to the one request that is open. */
export type Response = { readonly value: Answers[keyof Answers] } | { readonly error: SentError };

/** Takes apart an error that a backend threw. */
export function sentError(error: unknown): SentError {
  const { code, hint } = error instanceof SamoyedError ? error : { code: undefined, hint: undefined };
  return { code, hint, message: error instanceof Error ? error.message : String(error) };
}

/** Puts an error together again. */
export function receivedError({ code, message, hint }: SentError): Error {
  const options = hint === undefined ? {} : { hint };
  if (code === "unavailable") return new UnavailableError(message, options);
  return code === undefined ? new Error(message) : new SamoyedError(code, message, options);
}
