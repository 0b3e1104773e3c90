import type { ContractBase } from "./contract-base.ts";
import { UnsupportedError } from "../errors.ts";
import { CLASSIFICATION, type ClassificationContract } from "./tasks/classification.ts";
import { FEATURES, type FeaturesContract } from "./tasks/features.ts";
import type { ContractTask } from "./tasks/task.ts";

/** The contracts of the known tasks, by the task's name: a new task adds a line here and one to `CONTRACT_TASKS`. */
export interface TaskContracts {
  readonly logits: ClassificationContract;
  readonly features: FeaturesContract;
}

/** The tasks known to this version. */
export const CONTRACT_TASKS: readonly ContractTask<keyof TaskContracts>[] = [CLASSIFICATION, FEATURES];

/** A contract of a task known only to a later version: the keys of every contract, and others that are not checked. */
export interface UnknownContract extends ContractBase {
  readonly [key: string]: unknown;
}

/** A contract of any task. */
export type Contract = TaskContracts[keyof TaskContracts] | UnknownContract;

/** The task of that name; undefined for one unknown to this version. */
export function findTask(name: string): ContractTask<keyof TaskContracts> | undefined {
  return CONTRACT_TASKS.find((task) => task.name === name);
}

/** Whether a contract is of a task, and so has the task's keys. */
export function isOfTask<Name extends keyof TaskContracts>(
  contract: Contract,
  name: Name,
): contract is TaskContracts[Name] {
  return contract.task === name;
}

/**
 * The task of a contract, for callers whose result depends on it.
 *
 * @throws UnsupportedError when this version does not know it; the message names the known tasks.
 */
export function requireTask({ model, task }: ContractBase): ContractTask<keyof TaskContracts> {
  const found = findTask(task);
  if (found) return found;
  const known = CONTRACT_TASKS.map(({ name, title }) => `${name} (${title})`).join(", ");
  throw new UnsupportedError(`contract: the task of ${model} is ${JSON.stringify(task)}; this Samoyed knows ${known}`, {
    hint: "Update Samoyed.",
    details: { task },
  });
}
