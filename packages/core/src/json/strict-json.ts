import { FormatError } from "../errors.ts";
import { decodeUtf8 } from "../io/utf8.ts";
import { describeJson, JsonNumber, type JsonValue, MAX_DEPTH, MAX_VALUES } from "./json-value.ts";

/**
 * Parses JSON (RFC 8259) strictly, for headers that describe how bytes are laid out: `JSON.parse` silently keeps the last of two
 * equal keys and rounds numbers.
 *
 * @param json the text, or its UTF-8 bytes; `label` names it in errors.
 * @param options `constants` also accepts `NaN`, `Infinity` and `-Infinity`, which Python writes, as numbers.
 * @throws FormatError for invalid UTF-8 or JSON, a duplicate key, lone surrogates, more than 64 levels or 2 million
 * values.
 */
export function parseStrictJson(
  json: Uint8Array | string,
  label: string,
  options: { readonly constants?: boolean } = {},
): JsonValue {
  const text = typeof json === "string" ? json : decodeUtf8(json);
  if (text === undefined) {
    throw new FormatError(`${label} is not valid UTF-8`);
  }
  const parser = new Parser(text, label, options.constants === true ? NUMBER_OR_CONSTANT : NUMBER);
  return parser.whole();
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NUMBER_OR_CONSTANT = new RegExp(`NaN|-?Infinity|${NUMBER.source}`, "y");
const SPACES = " \t\n\r";
const LONE_SURROGATE = /\p{Surrogate}/u;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/g;
/** Control characters and backslashes, which no string has besides its escapes. */
const UNFIT = /[^ !-[\]-\u{10ffff}]/u;

class Parser {
  readonly #text: string;
  readonly #label: string;
  readonly #number: RegExp;
  #at = 0;
  #values = 0;

  constructor(text: string, label: string, number: RegExp) {
    this.#text = text;
    this.#label = label;
    this.#number = number;
  }

  whole(): JsonValue {
    const value = this.#value(0);
    this.#skipSpaces();
    if (this.#at < this.#text.length) {
      throw this.#error("unexpected text after the JSON value");
    }
    return value;
  }

  #value(depth: number): JsonValue {
    if (depth > MAX_DEPTH) {
      throw this.#error(`values are nested more than ${MAX_DEPTH} deep`);
    }
    if (++this.#values > MAX_VALUES) {
      throw this.#error(`more than ${MAX_VALUES} values`);
    }
    this.#skipSpaces();
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      default: {
        const number = this.#match(this.#number);
        if (number === "") {
          throw this.#error("expected a JSON value");
        }
        return new JsonNumber(number);
      }
    }
  }

  #object(depth: number): Map<string, JsonValue> {
    const entries = new Map<string, JsonValue>();
    this.#at++;
    if (this.#accept("}")) return entries;
    do {
      this.#skipSpaces();
      if (this.#text[this.#at] !== '"') {
        throw this.#error("expected a key");
      }
      const key = this.#string();
      if (entries.has(key)) {
        throw this.#error(`the key ${describeJson(key)} appears twice`);
      }
      if (!this.#accept(":")) {
        throw this.#error("expected a colon");
      }
      entries.set(key, this.#value(depth + 1));
    } while (this.#accept(","));
    if (!this.#accept("}")) {
      throw this.#error("expected a comma or the end of the object");
    }
    return entries;
  }

  #array(depth: number): JsonValue[] {
    const items: JsonValue[] = [];
    this.#at++;
    if (this.#accept("]")) return items;
    do {
      items.push(this.#value(depth + 1));
    } while (this.#accept(","));
    if (!this.#accept("]")) {
      throw this.#error("expected a comma or the end of the array");
    }
    return items;
  }

  /**
   * Strings are read by the engine: JSON within a JSON string has an escape every few characters, and a graph's takes a
   * tenth of the time.
   */
  #string(): string {
    const literal = this.#text.slice(this.#at, this.#endOfString());
    let value: string;
    try {
      value = JSON.parse(literal) as string;
    } catch {
      throw this.#stringError(literal);
    }
    this.#at += literal.length;
    if (LONE_SURROGATE.test(value)) {
      throw this.#error("the string contains half of a surrogate pair");
    }
    return value;
  }

  /** The position after the closing quotation mark; that of the text's end if there is none. */
  #endOfString(): number {
    let end = this.#at;
    do {
      end = this.#text.indexOf('"', end + 1);
      if (end < 0) return this.#text.length;
    } while (this.#isEscaped(end));
    return end + 1;
  }

  /** Whether an odd number of backslashes precedes a character. */
  #isEscaped(at: number): boolean {
    let start = at;
    while (this.#text.charCodeAt(start - 1) === 0x5c) start--;
    return (at - start) % 2 === 1;
  }

  /** Finds what is wrong with a string, and where. */
  #stringError(literal: string): FormatError {
    const fault = literal.replace(ESCAPE, (escape) => "-".repeat(escape.length)).search(UNFIT);
    this.#at += fault < 0 ? literal.length : fault;
    if (fault < 0) return this.#error("the string is not terminated");
    return this.#error(literal[fault] === "\\" ? "unknown escape sequence" : "a string contains a control character");
  }

  #word<Value extends boolean | null>(word: string, value: Value): Value {
    if (!this.#text.startsWith(word, this.#at)) {
      throw this.#error("expected a JSON value");
    }
    this.#at += word.length;
    return value;
  }

  #accept(character: string): boolean {
    this.#skipSpaces();
    if (this.#text[this.#at] !== character) {
      return false;
    }
    this.#at++;
    return true;
  }

  #skipSpaces(): void {
    while (this.#at < this.#text.length && SPACES.includes(this.#text[this.#at]!)) this.#at++;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += text.length;
    return text;
  }

  #error(problem: string): FormatError {
    return new FormatError(`${this.#label} is not valid JSON at character ${this.#at}: ${problem}`);
  }
}
