import type * as built from "./built/fields.ts";
import type * as fields from "../program/fields.ts";

type Same<A, B> = [A, B] extends [B, A]
  ? "same"
  : "not the fields that the kernels were built with: run node kernels/build.mjs";

/** An error of the compiler here means that the kernels in `built/` read a program in another way than it is written. */
export const SAME_FIELDS: Same<typeof built, typeof fields> = "same";
