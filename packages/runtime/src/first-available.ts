import { UnavailableError, UsageError } from "@samoyed/core";
import type { Backend, Session } from "./backend.ts";

/** The reasons why backends cannot run here, and the first one's fix. */
interface Refusals {
  readonly what: string;
  readonly reasons: string[];
  fix: string | undefined;
}

/**
 * Finds the first backend, in the given order, that can run here.
 *
 * @param what - What is to be run, for the message; `here` when absent.
 * @throws UnavailableError with every backend's reason when none can; its hint is the first one's fix.
 * @throws UsageError when the list is empty.
 */
export async function firstAvailable(
  backends: readonly Backend[],
  { what = "here" }: { readonly what?: string } = {},
): Promise<Backend> {
  requireBackends(backends);
  const refusals: Refusals = { what, reasons: [], fix: undefined };
  for (const backend of backends) if (await isAvailable(backend, refusals)) return backend;
  throw noneRuns(backends, refusals);
}

/**
 * Loads a model on the first backend, in the given order, that can run here. Some engines show only when they start that
 * they cannot: an UnavailableError of `load` passes to the next backend too.
 *
 * @throws the errors of `firstAvailable` and of `load`.
 */
export async function loadOnFirst(
  backends: readonly Backend[],
  load: (backend: Backend) => Promise<Session>,
): Promise<Session> {
  requireBackends(backends);
  const refusals: Refusals = { what: "here", reasons: [], fix: undefined };
  for (const backend of backends) {
    if (!(await isAvailable(backend, refusals))) continue;
    try {
      return await load(backend);
    } catch (error) {
      if (!(error instanceof UnavailableError) || backends.length === 1) throw error;
      refuse(refusals, { backend, reason: error.message, fix: error.hint });
    }
  }
  throw noneRuns(backends, refusals);
}

function requireBackends(backends: readonly Backend[]): void {
  if (backends.length === 0) throw new UsageError("no backend was given; expected at least one");
}

async function isAvailable(backend: Backend, refusals: Refusals): Promise<boolean> {
  const availability = await backend.availability();
  if (!availability.available) refuse(refusals, { backend, ...availability });
  return availability.available;
}

function refuse(
  refusals: Refusals,
  { backend, reason, fix }: { readonly backend: Backend; readonly reason: string; readonly fix: string | undefined },
): void {
  refusals.reasons.push(`${backend.name}: ${reason}`);
  refusals.fix ??= fix;
}

function noneRuns(backends: readonly Backend[], { what, reasons, fix }: Refusals): UnavailableError {
  return new UnavailableError(`no backend can run ${what}: ${reasons.join("; ")}`, {
    ...(fix === undefined ? {} : { hint: fix }),
    details: { backends: backends.map((backend) => backend.name) },
  });
}
