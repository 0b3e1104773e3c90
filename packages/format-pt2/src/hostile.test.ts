import { readFileSync } from "node:fs";
import { openExported } from "@samoyed/checkpoint";
import { memorySource, SamoyedError } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { convertProgram } from "./convert-program.ts";
import { readPt2 } from "./index.ts";
import { readProgram } from "./program/read-program.ts";

/* Damaged and contradictory files: each is refused with a typed error that names the place; none hangs or allocates. */

const load = (name: string): Uint8Array => readFileSync(new URL(`../fixtures/${name}.pt2`, import.meta.url));

async function programOf(name: string): Promise<{ text: string; convert: (text: string) => unknown }> {
  const { programs } = await openExported(memorySource(load(name), `${name}.pt2`));
  const exported = programs.get("model")!;
  return {
    text: new TextDecoder().decode(await exported.readGraph()),
    convert: (text) => convertProgram(readProgram(new TextEncoder().encode(text), "model.json"), exported),
  };
}

interface Json {
  [key: string]: Json;
}

const { text, convert } = await programOf("trees");

/** The message of a file whose JSON was changed. */
function refusal(change: (graph: Json, top: Json) => void): string {
  const top = JSON.parse(text) as Json;
  change(top["graph_module"]!["graph"]!, top);
  try {
    convert(JSON.stringify(top));
  } catch (error) {
    expect(error).toBeInstanceOf(SamoyedError);
    return (error as SamoyedError).message;
  }
  return "converted";
}

const value = (content: unknown): Json => content as Json;
const node = (graph: Json): Json => graph["nodes"]![0]!;

describe("a graph that breaks the schema", () => {
  test("the file itself is converted", () => {
    expect(refusal(() => {})).toBe("converted");
  });

  test.each<[string, (graph: Json, top: Json) => void, string]>([
    [
      "a schema of another version",
      (_, top) => (top["schema_version"]!["major"] = value(9)),
      "version is 9; expected 7 or 8",
    ],
    ["no graph", (_, top) => delete top["graph_module"]!["graph"], "the graph is missing; expected an object"],
    [
      "an unknown operator",
      (graph) => (node(graph)["target"] = value("torch.ops.mine.wave.default")),
      "mine.wave.default: the operator is not handled",
    ],
    [
      "a value that nothing defines",
      (graph) => (graph["nodes"]![1]!["inputs"]![0]!["arg"] = value({ as_tensor: { name: "ghost" } })),
      'it uses "ghost" before anything defines it',
    ],
    ["an argument twice", (graph) => (graph["nodes"]![1]!["inputs"]![1] = graph["nodes"]![1]!["inputs"]![0]!), "twice"],
    [
      "an argument that the operator lacks",
      (graph) => (graph["nodes"]![1]!["inputs"]![1]!["name"] = value("color")),
      'it has the argument "color", which is not known',
    ],
    [
      "a union of two keys",
      (graph) => (graph["nodes"]![1]!["inputs"]![0]!["arg"] = value({ as_int: 1, as_float: 2 })),
      "has 2 keys; expected exactly one",
    ],
    [
      "an unknown kind of argument",
      (graph) => (graph["nodes"]![1]!["inputs"]![0]!["arg"] = value({ as_dream: 1 })),
      'has the kind "as_dream"',
    ],
    [
      "an unknown dtype",
      (graph) => (graph["tensor_values"]!["pair"]!["dtype"] = value(99)),
      "dtype code 99 is not handled",
    ],
    [
      "a negative size",
      (graph) => (graph["tensor_values"]!["pair"]!["sizes"]![0] = value({ as_int: -2 })),
      "has a negative or too large size",
    ],
    [
      "too many axes",
      (graph) => (graph["tensor_values"]!["pair"]!["sizes"] = value(Array.from({ length: 40 }, () => ({ as_int: 1 })))),
      "has 40 axes; expected at most 32",
    ],
    ["an undescribed tensor", (graph) => delete graph["tensor_values"]!["pair"], 'does not describe the tensor "pair"'],
    [
      "inputs that the signature lacks",
      (_, top) => (top["graph_module"]!["signature"]!["input_specs"] = value([])),
      "its signature describes 0",
    ],
    [
      "a name defined twice",
      (graph) => (graph["nodes"] = value([...(graph["nodes"] as unknown as Json[]), graph["nodes"]![1]])),
      "is defined twice",
    ],
    [
      "a huge constant",
      (graph) => (graph["nodes"]![1]!["inputs"]![1]!["arg"] = value({ as_int: 1e300 })),
      "expected an integer",
    ],
  ])("%s", (_, change, message) => {
    expect(refusal(change)).toContain(message);
  });

  test("a size that is code is not run", () => {
    const message = refusal((graph) => {
      graph["tensor_values"]!["pair"]!["sizes"]![0] = value({ as_expr: { expr_str: "exit()", hint: null } });
    });
    expect(message).toContain("expression of a size");
  });

  test("a weight of another shape than described", async () => {
    const other = await programOf("matmul");
    const top = JSON.parse(other.text) as Json;
    top["graph_module"]!["graph"]!["tensor_values"]!["p_w"]!["sizes"]![0] = value({ as_int: 7 });
    expect(() => other.convert(JSON.stringify(top))).toThrow(
      'tensor "w" is float32[6, 4]; the graph describes float32[7, 4]',
    );
  });

  test("a key that occurs twice", () => {
    expect(() => convert(text.replace('"nodes":', '"nodes": [], "nodes":'))).toThrow("appears twice");
  });

  test("unused values cost nothing, however many", () => {
    const added = Array.from({ length: 100_000 }, (_, at) => `"unused_${at}": 0`).join(", ");
    expect(() => convert(text.replace('"tensor_values": {', `"tensor_values": {${added}, `))).not.toThrow();
  });
});

/** A repeatable sequence of numbers below `limit`. */
function sequence(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

describe("mutations", () => {
  test.each(["trees", "in_place", "attention"])("of the graph of %s never end in a fault", async (name) => {
    const program = await programOf(name);
    const next = sequence(7);
    const scraps = ["0", "-1", "9999999999", "null", "[]", "{}", '"x"', "true", "", "as_int", "as_tensor", "}", ","];
    for (let round = 0; round < 300; round++) {
      const at = next(program.text.length);
      const mutated = program.text.slice(0, at) + scraps[next(scraps.length)]! + program.text.slice(at + next(12));
      try {
        program.convert(mutated);
      } catch (error) {
        expect(error, `round ${round}: ${String(error)}`).toBeInstanceOf(SamoyedError);
        expect((error as SamoyedError).code, `round ${round}: ${String(error)}`).not.toBe("internal");
      }
    }
  });

  test("of numbers and names in the graph never end in a fault", () => {
    const next = sequence(11);
    const tokens = [...text.matchAll(/"as_int": (\d+)|"name": "(\w+)"|"dtype": (\d+)/g)];
    for (let round = 0; round < 300; round++) {
      const token = tokens[next(tokens.length)]!;
      const other = tokens[next(tokens.length)]!;
      const mutated = text.slice(0, token.index) + other[0] + text.slice(token.index + token[0].length);
      try {
        convert(mutated);
      } catch (error) {
        expect(error, `round ${round}: ${String(error)}`).toBeInstanceOf(SamoyedError);
      }
    }
  });

  test("of the file's bytes never end in a fault", async () => {
    const bytes = load("trees");
    const next = sequence(3);
    for (let round = 0; round < 300; round++) {
      const mutated = Uint8Array.from(bytes);
      for (let change = 0; change <= next(4); change++) mutated[next(mutated.length)] = next(256);
      const cut = next(4) === 0 ? mutated.subarray(0, next(mutated.length)) : mutated;
      try {
        await readPt2(memorySource(cut, "mutated.pt2"));
      } catch (error) {
        expect(error, `round ${round}: ${String(error)}`).toBeInstanceOf(SamoyedError);
      }
    }
  });
});
