import { styleText } from "node:util";

/** How the command line talks to a person: text to stdout, progress and questions to stderr. */
export interface Terminal {
  /** Writes to stdout. */
  readonly out: (text: string) => void | Promise<void>;
  /** Writes to stderr. */
  readonly err: (text: string) => void;
  /** Whether stdout takes colors. */
  readonly color: boolean;
  /** Columns of the screen. */
  readonly width: number;
  /** Whether stderr is a terminal: progress shows only there. */
  readonly interactive: boolean;
  /** Asks a yes-or-no question, unless the signal fires; undefined where no one can answer. */
  readonly confirm: ((question: string, signal: AbortSignal) => Promise<boolean>) | undefined;
}

/** Most columns of running text, which is hard to read in longer lines. */
const TEXT_COLUMNS = 80;

/** The columns in which running text is wrapped. */
export function textWidth({ width }: Pick<Terminal, "width">): number {
  return Math.min(width, TEXT_COLUMNS);
}

/** Text in a style, where the terminal takes colors. */
export function paint(terminal: Terminal, style: "bold" | "dim" | "red" | "green" | "yellow", text: string): string {
  // Whether there are colors is decided already: not by what Node thinks of stdout.
  return terminal.color ? styleText(style, text, { validateStream: false }) : text;
}
