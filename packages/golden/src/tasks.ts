import { UnsupportedError } from "@samoyed/core";
import { CLASSIFICATION } from "./classification/classification.ts";
import type { TaskComparison } from "./task-comparison.ts";

/** Tasks of cases; the first applies to a case that names no task. */
const TASKS: readonly TaskComparison[] = [CLASSIFICATION];

/**
 * Returns the comparison for a case or its result.
 *
 * @throws UnsupportedError when its task is unknown.
 */
export function comparisonOf({ name, task }: { readonly name: string; readonly task?: string }): TaskComparison {
  const found = task === undefined ? TASKS[0] : TASKS.find((known) => known.name === task);
  if (found) return found;
  const known = TASKS.map((each) => each.name).join(", ");
  throw new UnsupportedError(`the task of the case ${name} is ${JSON.stringify(task)}; this Samoyed knows ${known}`, {
    hint: "Update Samoyed.",
  });
}
