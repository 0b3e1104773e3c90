/** A value as rows: its address, and bytes from one block of rows, one row and one element to the next. */
export interface RowView {
  readonly address: number;
  readonly block: number;
  readonly row: number;
  readonly element: number;
}

/** What is computed of each row. `softmax`, `log-softmax` and `layer-norm` have elements behind one another. */
export type RowOperator =
  | "sum"
  | "mean"
  | "max"
  | "min"
  | "product"
  | "arg-max"
  | "arg-min"
  | "hard-max"
  | "running-sum"
  | "top-values"
  | "top-places"
  | "softmax"
  | "log-softmax"
  | "layer-norm";

/** `rows` rows of `count` elements, of which `inner` are a block: reductions, running sums, norms over axes. */
export interface RowStep {
  readonly kind: "rows";
  readonly operator: RowOperator;
  readonly input: RowView;
  readonly output: RowView;
  readonly rows: number;
  readonly inner: number;
  readonly count: number;
  /** Whether elements are 32-bit integers; places always are. */
  readonly integers?: boolean;
  /** The last of equal elements (`arg-*`, `hard-max`), sums from the end on, or the smallest elements (`top-*`). */
  readonly reverse?: boolean;
  /** Whether a running sum leaves out its own element. */
  readonly exclusive?: boolean;
  /** How many of the best elements. */
  readonly top?: number;
  /** Of a layer norm: addresses of one float32 for each element. */
  readonly scale?: number;
  readonly bias?: number;
  readonly epsilon?: number;
}
