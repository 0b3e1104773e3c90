import { serveBackend } from "@samoyed/check";
import { backendsNamed } from "./backends.ts";

/** Serves a backend to the process that started this one. */
export function serve(name: string | undefined): Promise<never> {
  return serveBackend(backendsNamed([name ?? ""])[0]!);
}
