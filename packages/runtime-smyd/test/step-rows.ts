import type { RowStep } from "../src/plan/row-step.ts";

/** What a 32-bit word is. */
export type WordType = "float" | "integer";

/** The types of a row's elements and of its results. */
export function rowTypes({ operator, integers }: RowStep): readonly [WordType, WordType] {
  const type = integers ? "integer" : "float";
  return [type, ["arg-max", "arg-min", "top-places"].includes(operator) ? "integer" : type];
}

/** The results of one row, in float64. */
export function rowResults(
  step: RowStep,
  values: readonly number[],
  [scale, bias]: readonly [readonly number[], readonly number[]],
): number[] {
  const sum = (of: readonly number[]): number => of.reduce((total, value) => total + value, 0);
  const last = (best: number): number => (step.reverse ? values.lastIndexOf(best) : values.indexOf(best));
  const largest = values.reduce((a, b) => Math.max(a, b));
  const exponentials = values.map((value) => Math.exp(value - largest));
  const order = [...values.keys()].sort((a, b) => (step.reverse ? 1 : -1) * (values[a]! - values[b]!));
  const best = order.slice(0, step.top);
  switch (step.operator) {
    case "sum":
      return [sum(values)];
    case "mean":
      return [sum(values) / values.length];
    case "max":
      return [largest];
    case "min":
      return [values.reduce((a, b) => Math.min(a, b))];
    case "product":
      return [values.reduce((a, b) => a * b)];
    case "arg-max":
      return [last(largest)];
    case "arg-min":
      return [last(values.reduce((a, b) => Math.min(a, b)))];
    case "hard-max":
      return values.map((_, index) => (index === last(largest) ? 1 : 0));
    case "running-sum":
      return values.map((_, index) => {
        const [from, to] = step.reverse ? [index, values.length] : [0, index + 1];
        return sum(values.slice(from, to)) - (step.exclusive ? values[index]! : 0);
      });
    case "top-values":
      return best.map((place) => values[place]!);
    case "top-places":
      return best;
    case "softmax":
      return exponentials.map((value) => value / sum(exponentials));
    case "log-softmax":
      return values.map((value) => value - largest - Math.log(sum(exponentials)));
    case "layer-norm": {
      const mean = sum(values) / values.length;
      const variance = sum(values.map((value) => (value - mean) ** 2)) / values.length;
      const deviation = Math.sqrt(variance + step.epsilon!);
      return values.map((value, index) => ((value - mean) / deviation) * scale[index]! + bias[index]!);
    }
  }
}
