import { openExported } from "@samoyed/checkpoint";
import { SamoyedError } from "@samoyed/core";
import { fixSizes, type ModelDescription, openKept, type SourceFormat, withFiles } from "@samoyed/graph";
import { convertProgram } from "./convert-program.ts";
import { describeProgram } from "./describe-program.ts";
import { readProgram } from "./program/read-program.ts";
import { readPt2 } from "./read-pt2.ts";

/** The format that `torch.export.save` writes: a graph with its weights, which is read and not written. */
export const pt2Format: SourceFormat = {
  name: "pt2",
  title: "torch.export",
  noun: "a program that torch.export.save wrote",
  ending: ".pt2",
  read: (files, { signal, sizes = new Map() }) =>
    openKept(files, {
      signal,
      async work({ open }) {
        const { graph, ...rest } = await readPt2(await open(""), { signal });
        return { ...rest, graph: fixSizes(graph, sizes) };
      },
    }),
  describe: (files, { signal }) =>
    withFiles(files, {
      signal,
      async work({ open }): Promise<ModelDescription> {
        const { programs, warnings } = await openExported(await open(""), { signal });
        // There is at least one: an archive without a model is refused.
        const [name, exported] = [...programs][0]!;
        const program = readProgram(await exported.readGraph({ signal }), exported.label);
        const others = programs.size - 1;
        return describeProgram(program, exported, {
          refusal: refusalOf(() => convertProgram(program, exported)),
          notes: [...warnings, ...(others > 0 ? [`this is the model "${name}"; the file holds ${others} more`] : [])],
        });
      },
    }),
};

/** The reason why a program cannot be converted; `undefined` where it can. */
function refusalOf(convert: () => unknown): string | undefined {
  try {
    convert();
    return undefined;
  } catch (error) {
    if (error instanceof SamoyedError) return error.message;
    throw error;
  }
}
