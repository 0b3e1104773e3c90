/** Steps of networks that are not convolutional classifiers. */
import { instanceNormUnit } from "./norm";
import { resizeUnit } from "./resize";
import { rowsUnit } from "./rows";
import { takeUnit } from "./take";
import {
  OPERATION,
  OPERATION_INSTANCE_NORM,
  OPERATION_RESIZE,
  OPERATION_ROWS,
  OPERATION_TAKE,
} from "../src/wasm/program/fields";

export function runFurther(step: usize, unit: i32): void {
  switch (load<i32>(step, OPERATION)) {
    case OPERATION_RESIZE:
      if (KERNEL_SET > 1) return resizeUnit(step, unit);
      unreachable();
    case OPERATION_TAKE:
      return takeUnit(step, unit);
    case OPERATION_ROWS:
      return rowsUnit(step, unit);
    case OPERATION_INSTANCE_NORM:
      if (KERNEL_SET == 3) return instanceNormUnit(step, unit);
  }
  unreachable();
}
