import { type ChildProcess, fork } from "node:child_process";
import { AbortedError } from "@samoyed/core";
import { BackendCrash } from "@samoyed/golden";
import { type Answers, receivedError, type Request, type Response } from "./messages.ts";
import { HEARTBEAT_FD } from "./serve-backend.ts";

/** What a backend in a process of its own may take. */
export interface ProcessLimits {
  /** Longest time of one step (to load, to run one batch), in milliseconds. */
  readonly step: number;
  /** Longest time without a sign of life, in milliseconds. */
  readonly silence: number;
  /** Largest resident memory, in bytes. */
  readonly memory: number;
}

/** A process that answers requests, one at a time. */
export interface EngineProcess {
  /** Whether it has ended. */
  readonly ended: boolean;
  /**
   * @throws BackendCrash when the process ends before it answers, or takes more than it may; what the backend throws.
   * @throws AbortedError when the signal fires; the process is ended then.
   */
  ask<M extends Request["method"]>(
    request: Extract<Request, { readonly method: M }>,
    signal: AbortSignal | undefined,
  ): Promise<Answers[M]>;
  /** Ends the process. */
  end(): void;
}

/** How a process is started. */
export interface StartOptions {
  /** The program, and its arguments, that calls `serveBackend`. */
  readonly program: string;
  readonly args: readonly string[];
  readonly limits: ProcessLimits;
}

/** Characters of the process's last words that a reason shows. */
const LAST_WORDS = 500;
const MIB = 1 << 20;

/** Starts a process for a backend. */
export function startEngine({ program, args, limits }: StartOptions): EngineProcess {
  const child = fork(program, args, { serialization: "advanced", stdio: ["ignore", "ignore", "pipe", "pipe", "ipc"] });
  let words = "";
  let ended: string | undefined;
  let killedFor: string | undefined;
  let open: { readonly resolve: (value: never) => void; readonly reject: (error: Error) => void } | undefined;
  const kill = (reason: string): void => {
    killedFor ??= reason;
    child.kill("SIGKILL");
  };
  const settle = (use: (pending: NonNullable<typeof open>) => void): void => {
    const pending = open;
    open = undefined;
    if (pending) use(pending);
  };
  const end = (reason: string): void => {
    ended ??= reason;
    settle(({ reject }) => reject(new BackendCrash(ended)));
  };

  child.stderr?.setEncoding("utf8").on("data", (text: string) => (words = (words + text).slice(-4 * LAST_WORDS)));
  child.on("error", (error) => end(`its process cannot be started: ${error.message}`));
  child.on("close", (code, signal) => end(killedFor ?? `its process ended ${how(code, signal)}${lastWords(words)}`));
  child.on("message", (response: Response) =>
    settle(({ resolve, reject }) =>
      "error" in response ? reject(receivedError(response.error)) : resolve(response.value as never),
    ),
  );
  const silence = setTimeout(() => kill(`it gave no sign of life for ${limits.silence / 1000} s`), limits.silence);
  const heart = child.stdio[HEARTBEAT_FD] as NodeJS.ReadableStream;
  heart.on("data", (text: Buffer) => {
    silence.refresh();
    const used = Number(text.toString().trim().split("\n").at(-1));
    if (used > limits.memory) {
      kill(`it took ${Math.ceil(used / MIB)} MiB of memory; the limit is ${Math.floor(limits.memory / MIB)} MiB`);
    }
  });
  child.once("close", () => clearTimeout(silence));
  unref(child, heart);
  silence.unref();

  return {
    get ended() {
      return ended !== undefined || killedFor !== undefined;
    },
    ask(request, signal) {
      if (ended !== undefined) return Promise.reject(new BackendCrash(ended));
      return new Promise((resolve, reject) => {
        const abort = (): void => {
          kill("it was interrupted");
          settle(() => reject(signal!.reason instanceof Error ? signal!.reason : new AbortedError("interrupted")));
        };
        const timer = setTimeout(
          () => kill(`it did not ${request.method} within ${limits.step / 1000} s`),
          limits.step,
        );
        const done = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", abort);
        };
        open = {
          resolve: (value) => (done(), resolve(value)),
          reject: (error) => (done(), reject(error)),
        };
        signal?.addEventListener("abort", abort, { once: true });
        if (signal?.aborted) return abort();
        child.send(request, (error) => error && end(`its process does not listen: ${error.message}`));
      });
    },
    end: () => kill("it was ended"),
  };
}

/** Lets this process end while the other one waits. */
function unref(child: ChildProcess, heart: NodeJS.ReadableStream): void {
  child.unref();
  child.channel?.unref();
  for (const stream of [heart, child.stderr]) (stream as unknown as { unref?(): void } | null)?.unref?.();
}

function how(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `with exit status ${code} before it answered` : `by ${signal}`;
}

/** The line of a process's last words that says most: that of the error. */
function lastWords(words: string): string {
  const lines = words.split("\n").filter((line) => line.trim() !== "");
  const line = lines.findLast((one) => /error|terminate|abort|memory/iu.test(one)) ?? lines.at(-1);
  return line === undefined ? "" : `: ${line.trim().slice(0, LAST_WORDS)}`;
}
