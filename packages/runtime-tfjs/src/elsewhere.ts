import { UnavailableError } from "@samoyed/core";
import type { Backend } from "@samoyed/runtime";

/** Where a backend runs that does not run here, and what to do instead. */
export interface Elsewhere {
  readonly runsIn: NonNullable<Backend["runsIn"]>;
  readonly reason: string;
  readonly fix: string;
}

/** A backend that runs on another platform than this one; it says so. */
export function elsewhere(name: string, { runsIn, reason, fix }: Elsewhere): Backend {
  return {
    name,
    format: "tfjs",
    runsIn,
    availability: async () => ({ available: false, reason, fix }),
    load: async () => {
      throw new UnavailableError(`${name} cannot be used here: ${reason}`, { hint: fix });
    },
  };
}
