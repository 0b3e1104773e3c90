import { UnavailableError } from "@samoyed/core";
import type { Backend } from "@samoyed/runtime";

/** Makes a backend that runs on another platform than this one, and is never available here. */
export function elsewhere(name: string, { reason, fix }: { readonly reason: string; readonly fix: string }): Backend {
  return {
    name,
    format: "tfjs",
    availability: async () => ({ available: false, reason, fix }),
    load: async () => {
      throw new UnavailableError(`${name} cannot be used here: ${reason}`, { hint: fix });
    },
  };
}
