import { FormatError, quote, UnsupportedError } from "@samoyed/core";
import { combine, type Size, type SizeOperation, symbol } from "./size.ts";

/** Real expressions are a line long; PyTorch would hand the text to Python's `eval`. */
const MAX_TEXT = 10_000;
const MAX_DEPTH = 50;

const CALLS: ReadonlyMap<string, SizeOperation> = new Map([
  ["Add", "add"],
  ["Mul", "mul"],
  ["Pow", "pow"],
  ["FloorDiv", "floordiv"],
  ["CleanDiv", "floordiv"],
  ["CeilDiv", "ceildiv"],
  ["Mod", "mod"],
  ["PythonMod", "mod"],
  ["Max", "max"],
  ["Min", "min"],
]);

const TOKEN = /\s*(?:(?<number>\d+)|(?<name>[A-Za-z_]\w*)|'(?<text>[^']*)'|(?<sign>\/\/|\*\*|[-+*%(),=]))/y;

interface Token {
  readonly kind: "number" | "name" | "text" | "sign";
  readonly text: string;
}

/**
 * Parses a size's expression: sympy's `srepr` (`Mul(Integer(4), Symbol('s3', positive=True))`), as PyTorch writes since
 * 2.7, or the infix form of 2.5 (`4*s3 - 1`).
 *
 * @throws FormatError when the text is no expression, is too long or nested too deeply; `where` names it.
 * @throws UnsupportedError for a function that is not known, and for numbers beyond 2^53.
 */
export function parseSize(text: string, where: string): Size {
  if (text.length > MAX_TEXT) throw new FormatError(`${where}: a size's expression has ${text.length} characters`);
  return new Parser(text, where).whole();
}

class Parser {
  readonly #text: string;
  readonly #where: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(text: string, where: string) {
    this.#text = text;
    this.#where = where;
    this.#tokens = this.#tokenize();
  }

  whole(): Size {
    const size = this.#sum();
    if (this.#at < this.#tokens.length) throw this.#error();
    return size;
  }

  #tokenize(): readonly Token[] {
    const tokens: Token[] = [];
    const text = this.#text.trimEnd();
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const groups = TOKEN.exec(text)?.groups;
      const found = Object.entries(groups ?? {}).find(([, value]) => value !== undefined);
      if (found === undefined) throw this.#error();
      tokens.push({ kind: found[0] as Token["kind"], text: found[1] });
    }
    return tokens;
  }

  #sum(): Size {
    if (++this.#depth > MAX_DEPTH) throw new FormatError(`${this.#where}: a size's expression is nested too deeply`);
    let size = this.#term();
    for (;;) {
      if (this.#accept("+")) size = combine("add", [size, this.#term()]);
      else if (this.#accept("-")) size = combine("add", [size, combine("mul", [-1, this.#term()])]);
      else break;
    }
    this.#depth--;
    return size;
  }

  #term(): Size {
    let size = this.#power();
    for (;;) {
      if (this.#accept("*")) size = combine("mul", [size, this.#power()]);
      else if (this.#accept("//")) size = this.#divide("floordiv", size, this.#power());
      else if (this.#accept("%")) size = this.#divide("mod", size, this.#power());
      else return size;
    }
  }

  #power(): Size {
    const base = this.#atom();
    return this.#accept("**") ? combine("pow", [base, this.#atom()]) : base;
  }

  #atom(): Size {
    if (this.#accept("-")) return combine("mul", [-1, this.#atom()]);
    if (this.#accept("(")) {
      const size = this.#sum();
      this.#expect(")");
      return size;
    }
    const token = this.#tokens[this.#at++];
    if (token?.kind === "number") return this.#integer(token.text);
    if (token?.kind !== "name") throw this.#error();
    return this.#accept("(") ? this.#call(token.text) : symbol(token.text);
  }

  #call(name: string): Size {
    if (name === "Symbol") {
      const token = this.#tokens[this.#at++];
      if (token?.kind !== "text" || !/^\w+$/.test(token.text)) throw this.#error();
      // Assumptions of sympy about the symbol, such as positive=True.
      while (this.#accept(",")) {
        this.#at++;
        this.#expect("=");
        this.#at++;
      }
      this.#expect(")");
      return symbol(token.text);
    }
    const args: Size[] = [];
    do args.push(this.#sum());
    while (this.#accept(","));
    this.#expect(")");
    if (name === "Integer") {
      const [value] = args;
      if (args.length !== 1 || typeof value !== "number") throw this.#error();
      return value;
    }
    const op = CALLS.get(name);
    if (op === undefined) {
      throw new UnsupportedError(`${this.#where}: a size is computed by ${quote(name)}, which is not handled`);
    }
    if (op === "floordiv" || op === "mod" || op === "ceildiv") {
      if (args.length !== 2) throw this.#error();
      return this.#divide(op, args[0]!, args[1]!);
    }
    if (op === "pow" && (args.length !== 2 || typeof args[1] !== "number" || args[1] < 0)) {
      throw new UnsupportedError(`${this.#where}: a size is ${quote(this.#text)}, which is not handled`);
    }
    return combine(op, args);
  }

  #divide(op: SizeOperation, a: Size, b: Size): Size {
    if (b === 0) throw new FormatError(`${this.#where}: a size is divided by 0: ${quote(this.#text)}`);
    return combine(op, [a, b]);
  }

  #integer(text: string): number {
    const value = Number(text);
    if (Number.isSafeInteger(value)) return value;
    throw new UnsupportedError(`${this.#where}: a size has the number ${quote(text)}; expected at most 2^53`);
  }

  #accept(sign: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== "sign" || token.text !== sign) return false;
    this.#at++;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#accept(sign)) throw this.#error();
  }

  #error(): FormatError {
    return new FormatError(`${this.#where}: ${quote(this.#text)} is no expression of a size`);
  }
}
