import type { Backend, Session } from "@samoyed/runtime";
import { fromWire, toWire, type WireTensor } from "@samoyed/test-support/browser/wire";

/** Sessions that live in a page and are driven from Node, one call a step. */
export interface PageSessions {
  availability(backend: string): ReturnType<Backend["availability"]>;
  /** Loads a model and gives the number by which the other calls know the session. */
  open(backend: string, url: string): Promise<number>;
  run(session: number, input: WireTensor, taps: readonly string[]): Promise<readonly (readonly [string, WireTensor])[]>;
  /** Disposes the session, and tells how many tensors are left over. */
  close(session: number): Promise<number>;
}

declare global {
  interface Window {
    sessions?: PageSessions;
  }
}

/** A backend of a page, and the threads that its sessions ask for. */
export interface PageEngine {
  readonly backend: Backend;
  readonly threads: number;
}

/**
 * What a page offers of its engines.
 *
 * @param countTensors counts the tensors that the page's engines hold
 */
export function pageSessions(engines: ReadonlyMap<string, PageEngine>, countTensors: () => number): PageSessions {
  const open: { readonly session: Session; readonly tensors: number }[] = [];
  return {
    availability: async (name) => engines.get(name)!.backend.availability(),
    async open(name, url) {
      const { backend, threads } = engines.get(name)!;
      // An engine may make tensors of its own when it starts.
      await backend.availability();
      const tensors = countTensors();
      return open.push({ session: await backend.load(url, { threads }), tensors }) - 1;
    },
    async run(session, input, taps) {
      const outputs = await open[session]!.session.run({ input: fromWire(input) }, { taps });
      return Array.from(outputs, ([name, tensor]) => [name, toWire(tensor)] as const);
    },
    async close(session) {
      const { session: one, tensors } = open[session]!;
      await one.dispose();
      return countTensors() - tensors;
    },
  };
}
