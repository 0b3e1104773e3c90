import type { Backend, Session } from "@samoyed/runtime";
import { fromWire, toWire, type WireTensor } from "./wire.ts";

/** Sessions that live in a page and are driven from Node, one call a step. */
export interface PageSessions {
  availability(backend: string): ReturnType<Backend["availability"]>;
  /** Loads a model and gives the number by which the other calls know the session. */
  open(backend: string, url: string): Promise<number>;
  run(session: number, input: WireTensor, taps: readonly string[]): Promise<readonly (readonly [string, WireTensor])[]>;
  /** Disposes the session, and tells how many tensors are left over. */
  close(session: number): Promise<number>;
}

/** What a page offers of its backends. */
export function pageSessions(backends: readonly Backend[], { threads }: { readonly threads: number }): PageSessions {
  const open: { readonly session: Session; readonly tensors: number }[] = [];
  const find = (name: string): Backend => backends.find((backend) => backend.name === name)!;
  const tensors = async (): Promise<number> => (await import("@tensorflow/tfjs-core")).engine().state.numTensors;
  return {
    availability: async (backend) => find(backend).availability(),
    async open(backend, url) {
      // An engine may make tensors of its own when it starts.
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
