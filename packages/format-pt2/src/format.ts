import { openKept, type SourceFormat, withFiles } from "@samoyed/graph";

/** The format that `torch.export.save` writes: a graph with its weights, which is read and not written. */
export const pt2Format: SourceFormat = {
  name: "pt2",
  title: "torch.export",
  noun: "a program that torch.export.save wrote",
  ending: ".pt2",
  read: (files, { signal, sizes }) =>
    openKept(files, {
      signal,
      sizes,
      async work({ open }) {
        const { readPt2 } = await import("./read-pt2.ts");
        return readPt2(await open(""), { signal });
      },
    }),
  describe: (files, { signal }) =>
    withFiles(files, {
      signal,
      async work({ open }) {
        const { describePt2 } = await import("./describe-pt2.ts");
        return describePt2(await open(""), { signal });
      },
    }),
};
