import type { Page } from "playwright-core";
import type { CaseBackend } from "../../golden/src/index.ts";
import { fromWire, toWire } from "./wire.ts";

/** Options of `pageBackend`. */
export interface PageBackendOptions {
  readonly page: Page;
  /** URL of model.json, relative to the page. */
  readonly url: string;
  readonly tolerance: NonNullable<CaseBackend["tolerance"]>;
  /** Hash of the weights in the model, if they are stored in fewer bits. */
  readonly weightsSha256?: string;
  /** Called with the number of tensors that a disposed session left behind. */
  readonly onClose: (leaked: number) => void;
}

/** Makes a golden-case backend of a page: only images and outputs cross the boundary, bit by bit. */
export function pageBackend(name: string, options: PageBackendOptions): CaseBackend {
  const { page, url, tolerance, weightsSha256, onClose } = options;
  return {
    name,
    tolerance,
    availability: async () => page.evaluate((backend) => window.sessions!.availability(backend), name),
    async open() {
      const id = await page.evaluate(([backend, address]) => window.sessions!.open(backend, address), [
        name,
        url,
      ] as const);
      return {
        async run({ input }, { taps = [] }) {
          const outputs = await page.evaluate(
            ([session, tensor, names]) => window.sessions!.run(session, tensor, names),
            [id, toWire(input!), taps] as const,
          );
          return new Map(outputs.map(([key, tensor]) => [key, fromWire(tensor)]));
        },
        dispose: async () => onClose(await page.evaluate((session) => window.sessions!.close(session), id)),
        ...(weightsSha256 === undefined ? {} : { weightsSha256 }),
      };
    },
  };
}
