import { formatBytes } from "./columns.ts";
import type { Terminal } from "./terminal.ts";

/** A progress display: silent unless stderr is a terminal. */
export interface Progress {
  /** Bytes or items done in a named phase, of a total, which is 0 while it is unknown. A new phase starts anew. */
  update(phase: string, done: number, total: number): void;
  /** Clears the display; nothing of it stays on the screen. */
  stop(): void;
}

const REDRAW_MILLISECONDS = 100;
const BAR_CELLS = 24;
/** Before that, a rate is a guess. */
const MIN_RATE_SECONDS = 0.3;
const CLEAR = "\r\u001b[K";

const two = (value: number): string => String(value).padStart(2, "0");

/** Seconds as people read them: `0:07`, `1:02:03`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** State that one line of progress shows. */
export interface ProgressState {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  /** Work done before this phase was watched: a download that goes on. */
  readonly base: number;
  readonly seconds: number;
  readonly unit: "bytes" | "items";
}

/** One line: phase, bar, percentage, amount, rate, remaining time, as far as they are known. */
export function progressLine({ phase, done, total, base, seconds, unit }: ProgressState): string {
  const amount = (value: number): string => (unit === "bytes" ? formatBytes(Math.round(value)) : String(value));
  const rate = seconds >= MIN_RATE_SECONDS ? (done - base) / seconds : 0;
  const parts: string[] = [];
  if (total > 0) {
    const share = Math.min(1, done / total);
    const filled = Math.floor(share * BAR_CELLS);
    parts.push(
      `${"█".repeat(filled)}${"░".repeat(BAR_CELLS - filled)} ${Math.floor(100 * share)} %`,
      `${amount(done)} of ${amount(total)}`,
    );
  } else if (done > 0) {
    parts.push(amount(done));
  }
  if (rate > 0) {
    parts.push(`${unit === "bytes" ? formatBytes(Math.round(rate)) : rate.toFixed(1)}/s`);
    if (total > 0) parts.push(`${formatSeconds(Math.max(0, total - done) / rate)} left`);
  }
  return parts.length === 0 ? `${phase} …` : `${phase} ${parts.join(" · ")}`;
}

/** Starts a display on a terminal's stderr, redrawn at most ten times a second. */
export function startProgress(terminal: Terminal, unit: "bytes" | "items"): Progress {
  if (!terminal.interactive) return { update: () => undefined, stop: () => undefined };
  let phase: string | undefined;
  let base = 0;
  let start = 0;
  let drawn = 0;
  return {
    update(name, done, total): void {
      const now = performance.now();
      if (name !== phase) {
        phase = name;
        base = done;
        start = now;
      } else if (now - drawn < REDRAW_MILLISECONDS) {
        return;
      }
      drawn = now;
      const line = progressLine({ phase, done, total, base, seconds: (now - start) / 1000, unit });
      // A line that wraps could not be cleared.
      terminal.err(
        `${CLEAR}${Array.from(line)
          .slice(0, terminal.width - 1)
          .join("")}`,
      );
    },
    stop(): void {
      if (phase !== undefined) terminal.err(CLEAR);
      phase = undefined;
    },
  };
}
