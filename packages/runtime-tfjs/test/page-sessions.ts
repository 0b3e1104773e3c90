import type { Backend, Session } from "@samoyed/runtime";
import { fromWire, toWire, type WireTensor } from "./wire.ts";

/** Sessions in a page, driven from Node, one call per step. */
export interface PageSessions {
  availability(backend: string): ReturnType<Backend["availability"]>;
  /** Loads a model and returns the session's number for the other calls. */
  open(backend: string, url: string): Promise<number>;
  run(session: number, input: WireTensor, taps: readonly string[]): Promise<readonly (readonly [string, WireTensor])[]>;
  /** Disposes the session, and returns the number of leftover tensors. */
  close(session: number): Promise<number>;
}

/** Makes the sessions of a page's backends. */
export function pageSessions(backends: readonly Backend[], { threads }: { readonly threads: number }): PageSessions {
  const open: { readonly session: Session; readonly tensors: number }[] = [];
  const find = (name: string): Backend => backends.find((backend) => backend.name === name)!;
  const tensors = async (): Promise<number> => (await import("@tensorflow/tfjs-core")).engine().state.numTensors;
  return {
    availability: async (backend) => find(backend).availability(),
    async open(backend, url) {
      // An engine may create tensors when it starts.
      await find(backend).availability();
      const before = await tensors();
      return open.push({ session: await find(backend).load(url, { threads }), tensors: before }) - 1;
    },
    async run(session, input, taps) {
      const outputs = await open[session]!.session.run({ input: fromWire(input) }, { taps });
      return Array.from(outputs, ([name, tensor]) => [name, toWire(tensor)] as const);
    },
    async close(session) {
      const { session: one, tensors: before } = open[session]!;
      await one.dispose();
      return (await tensors()) - before;
    },
  };
}
