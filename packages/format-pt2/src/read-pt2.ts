import { type ExportedProgram, openExported, requireChecksums } from "@samoyed/checkpoint";
import { type ByteSource, quote, type ReadOptions, UsageError } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import { convertProgram } from "./convert-program.ts";
import { LOWERINGS } from "./operators/index.ts";
import { readProgram } from "./program/read-program.ts";

/**
 * Every overload that is converted, sorted: ATen's, `conv2d.default` and so on, also those that work in place, and those of
 * Samoyed's own exporter, `samoyed.conv2d_same.default`.
 */
export const LOWERED_OPERATORS: readonly string[] = Object.keys(LOWERINGS).sort();

/** Options of `readPt2`. */
export interface ReadPt2Options extends ReadOptions {
  /** Which model of the file: needed where it contains several. `torch.export.save` names its only one `model`. */
  readonly model?: string | undefined;
}

/** A model of a `.pt2` file. */
export interface Pt2Model {
  /** The network at opset 17: inputs and outputs have the user's names, weights those of the state dict. */
  readonly graph: Graph;
  /** The version of PyTorch that wrote the file, where it says so. */
  readonly torchVersion: string | undefined;
  /** Warnings for the user: inputs that PyTorch would write to, odd archives. */
  readonly warnings: readonly string[];
  /**
   * Checks everything that was read, weights included, against the checksums in the file.
   *
   * @throws FormatError naming the entries that do not match.
   */
  readonly verify: (options?: ReadOptions) => Promise<void>;
}

/**
 * Reads a `.pt2` file, which `torch.export.save` of PyTorch 2.5 to 2.13 writes, as a graph. Weights are fetched when
 * they are asked for, so the source must stay open; nothing in the file is executed.
 *
 * The batch and other open sizes keep names: `N` for a first axis, `H` and `W` for those of an image, else the symbol
 * that PyTorch gave it.
 *
 * @param source a file, a Blob, a URL or memory.
 * @throws FormatError when the bytes are no such file, damaged or contradictory.
 * @throws UnsupportedError that lists every node that has no counterpart in the graph, and why; for a schema of another
 * version; for a file that is valid and contains something rare.
 * @throws UsageError when the file contains several models and `model` names none of them.
 */
export async function readPt2(source: ByteSource, options: ReadPt2Options = {}): Promise<Pt2Model> {
  const { model, ...reading } = options;
  const file = await openExported(source, reading);
  const { programs, warnings } = file;
  const converted = await convertExported(chooseProgram(programs, { model, label: source.label }), reading);
  return {
    ...converted,
    warnings: [...warnings, ...converted.warnings],
    verify: (read) => requireChecksums(file, read),
  };
}

/**
 * Converts one exported program, as `readPt2` does the one of a file.
 *
 * @throws FormatError, UnsupportedError as `readPt2`.
 */
export async function convertExported(
  exported: ExportedProgram,
  options: ReadOptions = {},
): Promise<Omit<Pt2Model, "verify">> {
  const program = readProgram(await exported.readGraph(options), exported.label);
  return { torchVersion: program.torchVersion, ...convertProgram(program, exported) };
}

function chooseProgram(
  programs: ReadonlyMap<string, ExportedProgram>,
  { model, label }: { readonly model: string | undefined; readonly label: string },
): ExportedProgram {
  const names = [...programs.keys()].map((name) => quote(name)).join(", ");
  if (model === undefined) {
    const [only] = programs.values();
    if (only !== undefined && programs.size === 1) return only;
    throw new UsageError(`${label} holds several models: ${names}`, { hint: "Name one with the option `model`." });
  }
  const chosen = programs.get(model);
  if (chosen === undefined) throw new UsageError(`${label} holds no model ${quote(model)}; it holds ${names}`);
  return chosen;
}
