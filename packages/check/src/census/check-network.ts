import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DEFAULT_PREPROCESS } from "@samoyed/convert";
import { convertFile, convertModelFile } from "@samoyed/convert/node";
import { throwIfAborted, UnsupportedError, UsageError } from "@samoyed/core";
import {
  type CaseBackend,
  type CensusBackendResult,
  type CensusResult,
  type OpenCensusCase,
  openCensusCase,
  runCensusBackend,
} from "@samoyed/golden";
import { readRegularFile } from "@samoyed/core/node";
import type { Backend, Session } from "@samoyed/runtime";
import { withScratch } from "../scratch.ts";
import { writeCensusCheckpoint, writeCensusModel } from "./census-model.ts";

/** Sources from which a network of the census is converted: its `.pt2` file, or its state dict alone. */
export const CENSUS_SOURCES = ["pt2", "checkpoint"] as const;

/** One of `CENSUS_SOURCES`. */
export type CensusSource = (typeof CENSUS_SOURCES)[number];

/** Options of `checkNetwork`. */
export interface CheckNetworkOptions {
  readonly backends: readonly Backend[];
  /** Default: `pt2`. From a `checkpoint` the graph is the catalogue's. */
  readonly from?: CensusSource | undefined;
  /** Where the source file and the artifacts are while they are needed. */
  readonly cacheDir: string;
  /** Called before each backend. */
  readonly onBackend?: ((backend: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An artifact of a format, or why there is none. */
type Converted =
  | { readonly kind: "made"; readonly path: string }
  | { readonly kind: "failed" | "refused"; readonly reason: string };

/**
 * Checks a network of the census on every backend: its `.pt2` file or its state dict is written from the seed, converted
 * to the format of each backend as a user's file is, and run; the logits are compared with PyTorch's. Files are gone
 * afterwards.
 *
 * @param folder - The folder of case.json.
 * @throws FormatError when the case is damaged, MismatchError when its files contradict one another.
 * @throws AbortedError when the signal fires; any other failure is a result.
 */
export async function checkNetwork(folder: string, options: CheckNetworkOptions): Promise<CensusResult> {
  const opened = await openCensusCase({ label: folder, read: (path) => readRegularFile(join(folder, path)) });
  const { name, module, parameters, input } = opened.case;
  const results = await withScratch(join(options.cacheDir, "scratch"), async (scratch) => {
    const bare = options.from === "checkpoint";
    const model = join(scratch, `${name}.${bare ? "safetensors" : "pt2"}`);
    await (bare ? writeCensusCheckpoint : writeCensusModel)(opened, model, options);
    const found = new Map<Backend, CensusBackendResult>();
    for (const format of new Set(options.backends.map((backend) => backend.format))) {
      const users = options.backends.filter((backend) => backend.format === format);
      const outDir = join(scratch, format);
      for (const [backend, result] of await checkFormat(opened, { ...options, format, users, model, outDir })) {
        found.set(backend, result);
      }
      await rm(outDir, { recursive: true, force: true });
    }
    return options.backends.map((backend) => found.get(backend)!);
  });
  return { name, module, parameters, input, noise: opened.recording.noise, backends: results };
}

interface FormatOptions extends CheckNetworkOptions {
  readonly format: string;
  /** The backends of the format. */
  readonly users: readonly Backend[];
  /** The source file. */
  readonly model: string;
  readonly outDir: string;
}

/** Runs the backends of one format; the artifact is made when the first of them that is available is reached. */
async function checkFormat(
  opened: OpenCensusCase,
  options: FormatOptions,
): Promise<ReadonlyMap<Backend, CensusBackendResult>> {
  const { format, users, onBackend, signal } = options;
  const results = new Map<Backend, CensusBackendResult>();
  let converting: Promise<Converted> | undefined;
  for (const backend of users) {
    onBackend?.(backend.name);
    const common = { backend: backend.name, format };
    const availability = await backend.availability();
    if (!availability.available) {
      const { reason, fix } = availability;
      results.set(backend, { ...common, status: "not run", reasons: [reason], fix });
      continue;
    }
    converting ??= convert(opened, options);
    const converted = await converting;
    if (converted.kind !== "made") {
      const { kind: status, reason } = converted;
      results.set(backend, { ...common, version: availability.version, status, reasons: [reason] });
      continue;
    }
    const wrapped = caseBackend(backend, converted.path);
    results.set(backend, await runCensusBackend(opened, { backend: wrapped, format, signal }));
  }
  return results;
}

async function convert(
  { case: { name, input } }: OpenCensusCase,
  { model, format, outDir, from, signal }: FormatOptions,
): Promise<Converted> {
  const [, channels, height, width] = input;
  const named = {
    model: name,
    preprocess: { ...DEFAULT_PREPROCESS, inputSize: [channels, height, width] as const },
  };
  try {
    const options = { formats: [format], outDir, signal, ...(from === "checkpoint" && named) };
    const { files } = await (from === "checkpoint" ? convertFile : convertModelFile)(model, options);
    return { kind: "made", path: join(outDir, files[0]!.file) };
  } catch (error) {
    throwIfAborted(signal);
    const reason = error instanceof Error ? error.message : String(error);
    // The catalogue's graph may be for one size, and the case recorded at another.
    const refused = error instanceof UnsupportedError || (from === "checkpoint" && error instanceof UsageError);
    return { kind: refused ? "refused" : "failed", reason };
  }
}

/** A backend whose sessions take `input` and give `logits` in one row, whatever the network calls them. */
function caseBackend(backend: Backend, artifact: string): CaseBackend {
  return {
    name: backend.name,
    availability: () => backend.availability(),
    async open({ signal }) {
      const session = await backend.load(artifact, { signal });
      return {
        run: async ({ input }, options) => {
          const outputs = await session.run({ [nameOf(session)]: input! }, options);
          return new Map(
            Array.from(outputs, ([name, value]) => {
              const { dtype, data } = value;
              return outputs.size === 1 ? ["logits", { dtype, data, shape: [1, data.length] }] : [name, value];
            }),
          );
        },
        dispose: () => session.dispose(),
      };
    },
  };
}

function nameOf({ inputs }: Session): string {
  return inputs[0]?.name ?? "input";
}
