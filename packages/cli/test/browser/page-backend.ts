import type { CaseBackend } from "@samoyed/golden";
import type { OpenPage } from "@samoyed/test-support/browser/chromium";
import type {} from "./page-sessions.ts";
import { fromWire, toWire } from "@samoyed/test-support/browser/wire";

/** What a backend in a page runs. */
export interface PageBackendOptions {
  readonly page: OpenPage["page"];
  /** Where model.json lies, relative to the page. */
  readonly url: string;
  readonly tolerance: NonNullable<CaseBackend["tolerance"]>;
  /** Of the weights in the model, where they are stored in fewer bits. */
  readonly weightsSha256?: string;
  /** Is told how many tensors a disposed session left behind. */
  readonly onClose: (leaked: number) => void;
}

/** A backend of a page as golden cases take it: images go in and values come out bit by bit, all else stays inside. */
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
