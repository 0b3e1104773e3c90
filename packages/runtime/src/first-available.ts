import { UnavailableError, UsageError } from "@samoyed/core";
import type { Backend } from "./backend.ts";

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
  if (backends.length === 0) throw new UsageError("no backend was given; expected at least one");
  const reasons: string[] = [];
  let fix: string | undefined;
  for (const backend of backends) {
    const availability = await backend.availability();
    if (availability.available) return backend;
    reasons.push(`${backend.name}: ${availability.reason}`);
    fix ??= availability.fix;
  }
  throw new UnavailableError(`no backend can run ${what}: ${reasons.join("; ")}`, {
    ...(fix === undefined ? {} : { hint: fix }),
    details: { backends: backends.map((backend) => backend.name) },
  });
}
