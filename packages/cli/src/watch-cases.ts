import type { CaseEvent } from "@samoyed/golden";
import type { Context } from "./command.ts";
import { startProgress } from "./progress.ts";

/** Says what is happening while cases run, where a person watches. */
export function watchCases(context: Context): { onEvent: (event: CaseEvent) => void; stop: () => void } {
  const progress = startProgress(context.terminal, "items");
  return {
    onEvent(event): void {
      if (event.kind === "preprocess") progress.update(`${event.case}: preprocessing`, event.done, event.total);
      else if (event.kind === "open") progress.update(`${event.case}: making ready ${event.backend}`, 0, 0);
      else if (event.kind === "image") progress.update(`${event.case}: ${event.backend}`, event.done, event.total);
    },
    stop: () => progress.stop(),
  };
}
