/**
 * The meaning of an output of one logit: it is a binary classifier's, trained with a sigmoid (PyTorch's `BCEWithLogitsLoss`).
 * Class 1, the positive one, has the probability sigmoid(x), and class 0 the rest. That is softmax over the logits 0 and x,
 * so everything that takes a logit per class takes these two.
 */

/** One image's logits, one per class: `[0, x]` where the network gives one, otherwise the row itself, not a copy. */
export function classLogits<Row extends ArrayLike<number>>(row: Row): Row | readonly [0, number] {
  return row.length === 1 ? [0, row[0]!] : row;
}

/** Whether labels name the classes of a network: one for each logit, or for one logit both classes or the positive one. */
export function labelsFit(labels: readonly string[], logits: number): boolean {
  return labels.length === logits || (logits === 1 && labels.length === 2);
}

/** One name per class, from labels that fit: of one logit and one label `L`, class 1 is `L` and class 0 is `not L`. */
export function classLabels(labels: readonly string[], logits: number): readonly string[] {
  return logits === 1 && labels.length === 1 ? [`not ${labels[0]!}`, labels[0]!] : labels;
}
