import { UsageError } from "@samoyed/core";

/**
 * Checks a setting that has few values.
 *
 * @throws UsageError when it has another.
 */
export function requireOneOf<T>(name: string, value: T, allowed: readonly T[]): void {
  if (allowed.includes(value)) return;
  throw new UsageError(`${name} is ${JSON.stringify(value)}; expected ${allowed.join(" or ")}`);
}
