/**
 * Symbolic sizes in one form, `floor((c · a · b · … + add) / divide)`, written `N`, `64*N`, `floor((H+1)/2)` or
 * `2*floor(H/2)*floor(W/2)`.
 *
 * Windows (convolution, pooling) take a size `n` to `floor((n + a) / s)`, which is closed under composition, and reshapes
 * take sizes to products. Equal sizes are written alike as far as these two go, whatever the operators: a strided 3 × 3
 * convolution and a strided 1 × 1 one both give `floor((H+1)/2)`.
 */
export interface SizeForm {
  readonly product: Product;
  readonly add: number;
  readonly divide: number;
}

/** A whole number times factors, in order: symbols, `floor(…)` or sums in parentheses. */
export interface Product {
  readonly coefficient: number;
  readonly factors: readonly string[];
}

/** The parts of a text between separators that are in no parentheses. */
function splitOutside(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let [depth, start] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "(") depth++;
    else if (text[at] === ")") depth--;
    else if (depth === 0 && text[at] === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

/** The text within `open`…`)` where that is all of a text. */
function inside(text: string, open: string): string | undefined {
  if (!text.startsWith(open) || !text.endsWith(")")) return undefined;
  let depth = 1;
  for (let at = open.length; at < text.length - 1; at++) {
    if (text[at] === "(") depth++;
    else if (text[at] === ")") depth--;
    if (depth === 0) return undefined;
  }
  return text.slice(open.length, -1);
}

const NUMBER = /^\d{1,15}$/;
const SUM = /^(?<head>.+)(?<add>[+-]\d{1,15})$/;

function parseProduct(text: string): Product {
  const parts = splitOutside(text, "*");
  // A name like "*" or "a**b" is no product.
  if (parts.includes("")) return { coefficient: 1, factors: [text] };
  const numbers = parts.filter((part) => NUMBER.test(part)).map(Number);
  return {
    coefficient: numbers.reduce((product, number) => product * number, 1),
    factors: parts.filter((part) => !NUMBER.test(part)).toSorted(),
  };
}

function parseSum(text: string): Omit<SizeForm, "divide"> {
  const sum = SUM.exec(text)?.groups;
  if (sum === undefined) return { product: parseProduct(text), add: 0 };
  return { product: parseProduct(sum["head"]!), add: Number(sum["add"]) };
}

/** Reads a symbolic size. Whatever is not in the form is a symbol. */
export function parseSize(text: string): SizeForm {
  const parts = splitOutside(inside(text, "floor(") ?? "", "/");
  const [over, under] = parts;
  if (parts.length !== 2 || !NUMBER.test(under!)) return { ...parseSum(text), divide: 1 };
  return { ...parseSum(inside(over!, "(") ?? over!), divide: Number(under) };
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : commonDivisor(b, a % b);
}

/** Brings `floor((c x + a) / s)` to its lowest terms: with g a divisor of c and s, floor(a / g) takes a's place. */
function reduced(form: SizeForm): SizeForm {
  const by = commonDivisor(form.product.coefficient, form.divide);
  const product = { ...form.product, coefficient: form.product.coefficient / by };
  const [add, divide] = [Math.floor(form.add / by), form.divide / by];
  const [only, ...others] = product.factors;
  if (product.coefficient !== 1 || others.length > 0 || only === undefined) return { product, add, divide };
  // floor((floor((x + a) / s) + b) / t) = floor((x + a + b s) / (s t)), which holds for all integers.
  const inner = parseSize(inside(only, "(") ?? only);
  const merged = { product: inner.product, add: inner.add + add * inner.divide, divide: inner.divide * divide };
  return inner.product.factors[0] === only ? merged : reduced(merged);
}

/** Writes a size; a number where nothing in it is symbolic. */
export function printSize(form: SizeForm): number | string {
  const { product, add, divide } = reduced(form);
  const { coefficient, factors } = product;
  if (coefficient === 0 || factors.length === 0) return Math.floor((coefficient + add) / divide);
  const text = [...(coefficient === 1 ? [] : [coefficient]), ...factors].join("*");
  const sum = add === 0 ? text : `${text}${add < 0 ? "" : "+"}${add}`;
  if (divide === 1) return sum;
  return add === 0 ? `floor(${sum}/${divide})` : `floor((${sum})/${divide})`;
}

/** A size as factors of a product: a sum's common divisor is taken out of it. */
export function sizeFactors(dim: number | string): Product {
  if (typeof dim === "number") return { coefficient: dim, factors: [] };
  const { product, add, divide } = parseSize(dim);
  if (divide !== 1) return { coefficient: 1, factors: [dim] };
  if (add === 0) return product;
  const coefficient = commonDivisor(product.coefficient, add);
  const rest = printSize({
    product: { ...product, coefficient: product.coefficient / coefficient },
    add: add / coefficient,
    divide: 1,
  });
  // A sum with a rounded size is a rounded size itself.
  return { coefficient, factors: [parseSize(String(rest)).divide === 1 ? `(${rest})` : String(rest)] };
}

/** Writes a product; the only factor's sum is multiplied out. */
export function printProduct({ coefficient, factors }: Product): number | string {
  const [only, ...others] = factors;
  const sum = only === undefined || others.length > 0 ? undefined : inside(only, "(");
  if (sum === undefined) return printSize({ product: { coefficient, factors: factors.toSorted() }, add: 0, divide: 1 });
  const { product, add } = parseSize(sum);
  return printSize({
    product: { ...product, coefficient: product.coefficient * coefficient },
    add: add * coefficient,
    divide: 1,
  });
}
