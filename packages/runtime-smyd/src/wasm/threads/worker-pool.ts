import { UnavailableError } from "@samoyed/core";

/** A worker, of Node's or a browser's kind. */
export interface Thread {
  post(message: object): void;
  /** Stops it, whatever it does. */
  stop(): Promise<void>;
  /** Whether it may keep the process alive. */
  hold(holding: "holding" | "letting go"): void;
}

/** Reports of a worker. */
export interface ThreadEvents {
  /** It has done what it was told, or could not. */
  answered(answer: { readonly error?: string }): void;
  /** It is no more. */
  died(reason: string): void;
}

/** Starts a worker on a platform; @throws what the platform throws. */
export type StartThread = (events: ThreadEvents) => Thread;

/** Workers that run a program together, each its share of every step. */
export interface WorkerPool {
  run(range: { readonly program: number; readonly first: number; readonly last: number }): Promise<void>;
  dispose(): Promise<void>;
}

/** Workers over one memory. */
export interface WorkersOptions {
  readonly threads: number;
  readonly module: WebAssembly.Module;
  /** Shared, as the module was compiled for. */
  readonly memory: WebAssembly.Memory;
}

/** Starts workers on a platform; @throws what `startWorkerPool` throws. */
export type StartWorkers = (options: WorkersOptions) => Promise<WorkerPool>;

/** Options of `startWorkerPool`. */
export interface WorkerPoolOptions extends WorkersOptions {
  readonly start: StartThread;
}

const UNUSABLE = "Load the model again, or with threads: 1.";

/**
 * Starts workers over one memory. They keep the process alive only while they run.
 *
 * When one dies or fails, the others may wait for it forever: all are stopped, and the pool is unusable from then on.
 *
 * @throws UnavailableError when a worker cannot be started, and from `run` when one has died.
 */
export async function startWorkerPool({ threads, module, memory, start }: WorkerPoolOptions): Promise<WorkerPool> {
  const workers: Thread[] = [];
  /** The reason why nothing more can be run. */
  let broken: string | undefined;
  let waiting: { missing: number; resolve: () => void; reject: (error: Error) => void } | undefined;

  function fail(reason: string): void {
    if (broken !== undefined) return;
    broken = reason;
    for (const thread of workers) void thread.stop();
    waiting?.reject(brokenError(reason));
    waiting = undefined;
  }
  const events: ThreadEvents = {
    answered: ({ error }) => {
      if (error !== undefined) fail(error);
      else if (waiting && --waiting.missing === 0) {
        waiting.resolve();
        waiting = undefined;
      }
    },
    died: fail,
  };
  async function tell(message: (thread: number) => object): Promise<void> {
    if (broken !== undefined) throw brokenError(broken);
    const done = new Promise<void>((resolve, reject) => (waiting = { missing: threads, resolve, reject }));
    for (const thread of workers) thread.hold("holding");
    try {
      for (const [index, thread] of workers.entries()) thread.post(message(index));
      await done;
    } finally {
      for (const thread of workers) thread.hold("letting go");
    }
  }

  try {
    for (let index = 0; index < threads; index++) workers.push(start(events));
    await tell(() => ({ module, memory }));
  } catch (cause) {
    fail("a worker could not be started");
    await Promise.all(workers.map((thread) => thread.stop()));
    const reason = cause instanceof Error ? `: ${cause.message}` : "";
    throw new UnavailableError(`${threads} workers could not be started${reason}`, {
      hint: "A content security policy needs worker-src blob:. Or load with threads: 1.",
      cause,
    });
  }
  return {
    run: ({ program, first, last }) => tell((thread) => ({ program, first, last, thread, threads })),
    dispose: async () => {
      fail("the session is disposed");
      await Promise.all(workers.map((thread) => thread.stop()));
    },
  };
}

function brokenError(reason: string): UnavailableError {
  return new UnavailableError(`a worker of this session has failed (${reason}): the session is unusable`, {
    hint: UNUSABLE,
  });
}
