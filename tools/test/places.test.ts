import { describe, expect, test } from "vitest";
// @ts-expect-error a plain script
import { judge } from "../bundlers/judge.mjs";
// @ts-expect-error a plain script
import { FAST, PLACES } from "../bundlers/places/all.mjs";
// @ts-expect-error a plain script
import { placesPage } from "../bundlers/places-page.mjs";
// @ts-expect-error a plain script
import { Refusal } from "../bundlers/refusal.mjs";
// @ts-expect-error a plain script
import { NotRun } from "../bundlers/tool.mjs";

const ARROW = { label: "arrow", probability: 0.75, backend: "fast" };
const CURE = { name: "wasmUrl", text: "the file served", says: /wasmUrl/ };
const unavailable = (hint: string) => new Refusal({ name: "UnavailableError", message: "does not start", hint });

/** The verdict of attempts: the first as it is, the others with a cure. */
function verdictOf(attempts: readonly unknown[], options: object = {}) {
  const left = [...attempts];
  return judge({
    attempt: async () => {
      const next = left.shift();
      if (next instanceof Error) throw next;
      return next;
    },
    cures: [CURE],
    expected: ARROW,
    preferred: ["fast"],
    ...options,
  });
}

describe("the verdict of a place", () => {
  test("Node's class on the preferred engine passes", async () => {
    expect(await verdictOf([ARROW])).toEqual({ verdict: "passed", note: "" });
  });

  test.each([
    ["another class", { ...ARROW, label: "circle" }],
    ["another probability", { ...ARROW, probability: 0.7499 - 1e-4 }],
  ])("%s fails, also with the cure", async (_title, answer) => {
    expect(await verdictOf([answer, answer])).toMatchObject({
      verdict: "failed",
      note: expect.stringMatching(/Node gives arrow 0.75/),
    });
  });

  test("a slower engine passes only where a cure leads to the preferred one", async () => {
    const slow = { ...ARROW, backend: "slow" };
    expect(await verdictOf([slow, ARROW])).toEqual({
      verdict: "passed",
      note: "on slow; on fast with the file served",
    });
    expect(await verdictOf([slow, slow])).toMatchObject({ verdict: "failed" });
  });

  test("an error that names the cure is refused with it; one that does not has failed", async () => {
    expect(await verdictOf([unavailable("give { wasmUrl }"), ARROW])).toMatchObject({
      verdict: "cured",
      note: "the file served",
    });
    expect(await verdictOf([unavailable("try again"), ARROW])).toMatchObject({
      verdict: "failed",
      note: expect.stringMatching(/names no cure/),
    });
  });

  test("where it cannot work, a typed error must say so", async () => {
    const refuses = { cures: [], refuses: /does not start/ };
    expect(await verdictOf([unavailable("")], refuses)).toMatchObject({ verdict: "refused" });
    expect(await verdictOf([new Error("does not start")], refuses)).toMatchObject({ verdict: "failed" });
  });

  test("a tool that is not here is not run", async () => {
    expect(await verdictOf([new NotRun("offline")])).toEqual({ verdict: "not run", note: "offline" });
  });
});

test("the places of every change are places, and names are unique", () => {
  const names = (PLACES as readonly { name: string }[]).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of FAST) expect(names).toContain(name);
});

test("the page has a row for each place, and its errors", () => {
  const cells = {
    "runtime-smyd": { verdict: "passed", note: "" },
    "runtime-onnx": { verdict: "cured", note: "a | b", refusal: "give <wasmUrl> at http://127.0.0.1:81/x" },
    "runtime-tfjs": { verdict: "failed", note: "why" },
  };
  const page: string = placesPage([{ place: { title: "Vite" }, cells }]);
  expect(page).toContain("| Vite | passed | with a \\| b | **failed**: why |");
  expect(page).toContain("| runtime-onnx | give &lt;wasmUrl> at http://site/x | Vite |");
});
