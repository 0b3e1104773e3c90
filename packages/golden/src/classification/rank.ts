/** Pair of classes whose order differs from the one that the reference requires. */
export interface RankBreak {
  /** The class that the reference puts first, and one that it puts clearly below. */
  readonly above: number;
  readonly below: number;
}

/**
 * Finds the first pair of classes whose order differs although the reference's gap exceeds `gap`, or `undefined`.
 *
 * Pairs that are closer are not ordered: two errors within the tolerance may swap them.
 */
export function brokenRank(
  actual: ArrayLike<number>,
  options: { readonly reference: ArrayLike<number>; readonly gap: number },
): RankBreak | undefined {
  const { reference, gap } = options;
  const order = Array.from({ length: reference.length }, (_, index) => index).sort(
    (a, b) => reference[b]! - reference[a]! || a - b,
  );
  // For each class, the highest class among all that are more than `gap` below it: a running maximum from the end.
  const strongest = new Array<number>(order.length);
  for (let at = order.length - 1; at >= 0; at--) {
    const next = strongest[at + 1];
    strongest[at] = next !== undefined && actual[next]! >= actual[order[at]!]! ? next : order[at]!;
  }
  let below = 0;
  for (const above of order) {
    while (below < order.length && !(reference[above]! - reference[order[below]!]! > gap)) below++;
    const rival = strongest[below];
    if (rival === undefined) return undefined;
    if (!(actual[above]! > actual[rival]!)) return { above, below: rival };
  }
  return undefined;
}
