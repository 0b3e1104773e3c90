import type { Schema } from "./schema.ts";
import { SCHEMAS } from "./schemas.generated.ts";

/** The arguments of an overload that has a lowering. */
export function schemaOf(overload: string): Schema | undefined {
  return Object.hasOwn(SCHEMAS, overload) ? SCHEMAS[overload] : undefined;
}
