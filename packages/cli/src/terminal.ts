import { styleText } from "node:util";
import cliProgress from "cli-progress";

/** How the command line talks to a person: text to stdout, progress and questions to stderr. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether stdout takes colours. */
  readonly color: boolean;
  /** Columns of stdout. */
  readonly width: number;
  /** Whether stderr is a terminal: progress shows only there. */
  readonly interactive: boolean;
  /** Asks a yes-or-no question; undefined where nobody can answer. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined;
}

/** Text in a style, where the terminal takes colours. */
export function paint(terminal: Terminal, style: "bold" | "dim" | "red" | "green" | "yellow", text: string): string {
  return terminal.color ? styleText(style, text) : text;
}

/** A progress display: silent unless stderr is a terminal. */
export interface Progress {
  /** Bytes or items done, of a total, of a named phase. A new phase starts a new bar. */
  update(phase: string, done: number, total: number): void;
  stop(): void;
}

const UPDATES_PER_SECOND = 10;

/** Starts a progress bar with rate and remaining time; `unit` scales what is shown (bytes as MB). */
export function startProgress(terminal: Terminal, unit: "bytes" | "items"): Progress {
  if (!terminal.interactive) return { update: () => undefined, stop: () => undefined };
  const bar = new cliProgress.SingleBar(
    {
      format: "{phase} {bar} {percentage}% · {amount} · {rate} · {eta_formatted} left",
      fps: UPDATES_PER_SECOND,
      barsize: 24,
      hideCursor: true,
      clearOnComplete: true,
      stream: process.stderr,
      etaBuffer: 50,
    },
    cliProgress.Presets.shades_classic,
  );
  let current: string | undefined;
  let start = 0;
  const amount = (value: number): string => (unit === "bytes" ? `${(value / 1e6).toFixed(0)} MB` : String(value));
  return {
    update(phase, done, total): void {
      const payload = (): object => {
        const seconds = (performance.now() - start) / 1000;
        return {
          phase,
          amount: `${amount(done)} of ${amount(total)}`,
          rate: seconds > 0.2 ? `${amount(done / seconds)}/s` : "…",
        };
      };
      if (phase !== current) {
        if (current !== undefined) bar.stop();
        current = phase;
        start = performance.now();
        bar.start(total, done, payload());
      } else {
        bar.setTotal(total);
        bar.update(done, payload());
      }
    },
    stop(): void {
      if (current !== undefined) bar.stop();
      current = undefined;
    },
  };
}
