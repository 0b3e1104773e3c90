import type { DType, Shape } from "@samoyed/core";

/** Element type and shape of a value whose sizes are known, as all are where a program is planned. */
export interface PlannedType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** The types of a graph's values for one size of its inputs. */
export interface Shapes {
  readonly types: ReadonlyMap<string, PlannedType>;
  /** The elements of the integer values of at most one axis that follow from sizes alone. */
  readonly known: ReadonlyMap<string, readonly number[]>;
  /** Those of them that depend on the number of images: they have no value where images are planned one by one. */
  readonly varying: ReadonlySet<string>;
  /** Values that are a batch of images, of which one is planned: axis 0 counts images, or equal parts of them. */
  readonly batched: ReadonlySet<string>;
}

/** The sizes of a run. */
export interface InputSizes {
  /** Every input's shape, of which axis 0 is 1 where it is batched. */
  readonly inputs: ReadonlyMap<string, Shape>;
  readonly batched: ReadonlySet<string>;
  /** The number of images of the batch; 1 when absent. */
  readonly images?: number;
}
