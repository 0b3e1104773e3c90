import { afterEach, expect, test, vi } from "vitest";
import { formatSeconds, progressLine, startProgress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

afterEach(() => vi.useRealTimers());

const state = { phase: "writing a.onnx", base: 0, seconds: 2, unit: "bytes" } as const;

test("a line has bar, percentage, amount, rate and remaining time", () => {
  expect(progressLine({ ...state, done: 25_000_000, total: 100_000_000 })).toBe(
    `writing a.onnx ${"█".repeat(6)}${"░".repeat(18)} 25 % · 25.0 MB of 100 MB · 12.5 MB/s · 0:06 left`,
  );
});

test("what was there before the phase began does not count as speed", () => {
  expect(progressLine({ ...state, base: 50_000_000, done: 60_000_000, total: 100_000_000 })).toContain(
    "5.0 MB/s · 0:08 left",
  );
});

test("no rate before there is one, and no total where it is unknown", () => {
  expect(progressLine({ ...state, seconds: 0.1, done: 1000, total: 2000 })).toMatch(/50 % · 1.0 kB of 2.0 kB$/);
  expect(progressLine({ ...state, done: 3_000_000, total: 0 })).toBe("writing a.onnx 3.0 MB · 1.5 MB/s");
  expect(progressLine({ ...state, done: 0, total: 0 })).toBe("writing a.onnx …");
});

test("items have no unit, and more than the total is 100 %", () => {
  expect(progressLine({ ...state, unit: "items", done: 120, total: 100 })).toContain("100 % · 120 of 100 · 60.0/s");
});

test.each([
  [0.2, "0:01"],
  [59.2, "1:00"],
  [61, "1:01"],
  [3723, "1:02:03"],
])("%d s reads as %s", (seconds, expected) => expect(formatSeconds(seconds)).toBe(expected));

function terminal(interactive: boolean): Terminal & { readonly written: string[] } {
  const written: string[] = [];
  return {
    written,
    out: () => undefined,
    err: (text) => void written.push(text),
    color: false,
    width: 40,
    interactive,
    confirm: undefined,
  };
}

test("nothing is written where stderr is no terminal", () => {
  const quiet = terminal(false);
  const progress = startProgress(quiet, "bytes");
  progress.update("a", 1, 2);
  progress.stop();
  expect(quiet.written).toEqual([]);
});

test("drawn at each new phase and at most ten times a second, cut to the screen, cleared at the end", () => {
  vi.useFakeTimers();
  const screen = terminal(true);
  const progress = startProgress(screen, "bytes");
  for (let step = 0; step < 100; step++) {
    progress.update("one", step, 100);
    vi.advanceTimersByTime(10);
  }
  expect(screen.written.length).toBeGreaterThanOrEqual(9);
  expect(screen.written.length).toBeLessThanOrEqual(11);
  progress.update("two", 0, 100);
  expect(screen.written.at(-1)).toContain("two");
  for (const text of screen.written) expect(Array.from(text.replace("\r\u001b[K", "")).length).toBeLessThan(40);
  progress.stop();
  expect(screen.written.at(-1)).toBe("\r\u001b[K");
  const { length } = screen.written;
  progress.stop();
  expect(screen.written.length).toBe(length);
});
