/** The most processor time for one mutant. */
export const MAX_MILLISECONDS = 2000;

/** The most memory that one mutant may take: what a runtime allows the values of a small model, and as much again. */
export const MAX_ALLOCATED_BYTES = 2 ** 29;
