import { totalmem } from "node:os";
import { UsageError } from "@samoyed/core";
import type { Backend } from "@samoyed/runtime";
import { type EngineProcess, type ProcessLimits, startEngine } from "./engine-process.ts";

/** Options of `isolatedBackend`. */
export interface IsolatedBackendOptions {
  /** The program that serves the backend (`serveBackend`), and its arguments. */
  readonly program: string;
  readonly args: readonly string[];
  readonly limits?: Partial<ProcessLimits>;
}

/** A backend in a process of its own. */
export interface IsolatedBackend extends Backend {
  /** Ends the process, if there is one. */
  close(): void;
}

/** A quarter of an hour: the slowest engine takes a minute for the largest network. */
const STEP = 15 * 60_000;
/** A process that is stopped or starved altogether; on a busy machine signs of life come late. */
const SILENCE = 2 * 60_000;

/**
 * A backend that runs in a process of its own, so that its end, a hang or a lack of memory is its verdict (`BackendCrash`)
 * and not the end of the check. The process starts when it is first needed, and anew after it has ended; its sessions
 * are used one after the other.
 */
export function isolatedBackend(backend: Backend, { program, args, limits }: IsolatedBackendOptions): IsolatedBackend {
  const allowed = { step: STEP, silence: SILENCE, memory: 0.9 * totalmem(), ...limits };
  let running: EngineProcess | undefined;
  const engine = (): EngineProcess => {
    if (running === undefined || running.ended) running = startEngine({ program, args, limits: allowed });
    return running;
  };
  return {
    name: backend.name,
    format: backend.format,
    ...(backend.runsIn === undefined ? {} : { runsIn: backend.runsIn }),
    availability: () => engine().ask({ method: "availability" }, undefined),
    async load(artifact, { signal } = {}) {
      if (typeof artifact !== "string") {
        throw new UsageError(`${backend.name}: got a model in memory; expected a path, for another process to read`);
      }
      const owner = engine();
      const ports = await owner.ask({ method: "load", artifact }, signal);
      return {
        backend: backend.name,
        ...ports,
        run: (inputs, options = {}) => owner.ask({ method: "run", inputs, taps: options.taps }, options.signal),
        dispose: () => owner.ask({ method: "dispose" }, undefined),
      };
    },
    close() {
      running?.end();
      running = undefined;
    },
  };
}
