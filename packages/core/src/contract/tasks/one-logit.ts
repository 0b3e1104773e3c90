/**
 * The meaning of an output of one logit: it is a binary classifier's, trained with a sigmoid (PyTorch's `BCEWithLogitsLoss`).
 * Class 1, the positive one, has the probability sigmoid(x), and class 0 the rest. This is softmax over the logits 0 and x,
 * so code that takes one logit per class can take these two.
 */

/** One image's logits, one per class: `[0, x]` for a single logit x, otherwise the row itself, not a copy. */
export function classLogits<Row extends ArrayLike<number>>(row: Row): Row | readonly [0, number] {
  return row.length === 1 ? [0, row[0]!] : row;
}

/** Whether labels fit a network: one per logit, or, for one logit, both classes or the positive one. */
export function labelsFit(labels: readonly string[], logits: number): boolean {
  return labels.length === logits || (logits === 1 && labels.length === 2);
}

/** One name per class, from labels that fit: for one logit and one label `L`, class 1 is `L` and class 0 is `not L`. */
export function classLabels(labels: readonly string[], logits: number): readonly string[] {
  return logits === 1 && labels.length === 1 ? [`not ${labels[0]!}`, labels[0]!] : labels;
}
