/** A number of classes, as reports have it. */
export function classesText(numClasses: number): string {
  if (numClasses === 0) return "no classifier";
  return numClasses === 1 ? "1 logit, 2 classes" : `${numClasses} classes`;
}
