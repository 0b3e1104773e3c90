import { join } from "node:path";
import { convertFile } from "@samoyed/convert/node";
import { SamoyedError } from "@samoyed/core";
import { type CaseEvent, type CaseResult, type LoadedCase, runCase } from "@samoyed/golden";
import { loadCase } from "@samoyed/golden/node";
import { classNames, listModels } from "@samoyed/models";
import { preprocessImage } from "@samoyed/preprocess";
import type { Format } from "@samoyed/graph";
import type { Backend } from "@samoyed/runtime";
import { type AssetOptions, assetReader } from "./assets.ts";
import { caseBackends, type MadeArtifact } from "./case-backends.ts";
import { caseCheckpoint } from "./case-checkpoint.ts";
import { withScratch } from "./scratch.ts";
import { storedWeightsSha256 } from "./stored-weights-sha256.ts";
import { fileSha256, weightsSha256 } from "./weights-hash.ts";

/** Options of `checkCase`. */
export interface CheckCaseOptions extends AssetOptions {
  readonly backends: readonly Backend[];
  /** Names of backends that were asked for: they run however slow they are. */
  readonly asked?: readonly string[];
  /** How artifacts store the weights; float32 when absent. */
  readonly stored?: string;
  /** Whether to look into the network; `answers` when absent. */
  readonly depth?: "outputs" | "layers";
  /** A checkpoint in place of the case's own, and what reports call it. */
  readonly checkpoint?: { readonly path: string; readonly name: string } | undefined;
  readonly onEvent?: (event: CaseEvent) => void;
}

interface ArtifactOptions extends Pick<CheckCaseOptions, "checkpoint" | "signal"> {
  readonly folder: string;
  readonly stored: string;
  readonly scratch: string;
  /** The names of the classes; unknown for other networks. */
  readonly labels: readonly string[] | undefined;
  /** The weights are not those of the case. */
  readonly other: boolean;
}

/** Converts the case's checkpoint, or the given one, to a format. */
async function makeArtifact(
  format: Format,
  { case: loaded, options }: { readonly case: LoadedCase; readonly options: ArtifactOptions },
): Promise<MadeArtifact> {
  const { folder, checkpoint: given, stored, scratch, labels, other, signal } = options;
  const { checkpoint: weights, model, preprocess } = loaded.case;
  const checkpoint = given?.path ?? (await caseCheckpoint(loaded, { folder, scratch, signal }));
  const report = await convertFile(checkpoint, {
    formats: [format.name],
    outDir: scratch,
    weights: stored,
    signal,
    preprocess,
    ...(labels === undefined || other ? {} : { labels }),
    // A case that comes with its checkpoint may be of a network that has no name: that is recognized.
    ...(weights.kind === "file" ? {} : { model }),
    ...(weights.kind === "stand-in" && !other ? { standIn: weights.note } : {}),
  });
  const path = join(scratch, report.files[0]!.file);
  const sourceSha256 = await fileSha256(checkpoint, signal);
  if (stored === "float32") return { path, sourceSha256 };
  return { path, sourceSha256, weightsSha256: await storedWeightsSha256(path, { format, checkpoint, signal }) };
}

/** The class names of a published model; `undefined` for another, or where it has none. */
async function publishedLabels(name: string): Promise<readonly string[] | undefined> {
  const published = (await listModels(name)).find((model) => model.name === name);
  return published && classNames(published);
}

/**
 * Runs a golden case on every backend: its checkpoint, or its stand-in, is converted to the format of each, and the
 * answers are compared with the references. Checkpoints and artifacts are gone afterwards.
 *
 * @param folder - The folder of case.json.
 * @throws what converting a given checkpoint throws: a wrong file is no backend's failure.
 */
export async function checkCase(folder: string, options: CheckCaseOptions): Promise<CaseResult> {
  const {
    backends,
    asked = [],
    stored = "float32",
    depth = "outputs",
    checkpoint,
    onEvent,
    cacheDir,
    signal,
  } = options;
  const loaded = await loadCase(folder);
  const { labels: own, checkpoint: caseWeights } = loaded.case;
  const asset = assetReader(options);
  const labels = own ?? (await publishedLabels(loaded.case.model));
  return withScratch(join(cacheDir, "scratch"), async (scratch) => {
    const weights = checkpoint && { name: checkpoint.name, sha256: await weightsSha256(checkpoint.path, signal) };
    const other = weights !== undefined && weights.sha256 !== caseWeights.weightsSha256;
    let unconverted: SamoyedError | undefined;
    const result = await runCase(loaded, {
      backends: caseBackends(backends, {
        case: loaded.case,
        asked,
        stored,
        async make(format) {
          try {
            return await makeArtifact(format, {
              case: loaded,
              options: { folder, checkpoint, stored, scratch, labels, other, signal },
            });
          } catch (error) {
            if (checkpoint && error instanceof SamoyedError) unconverted = error;
            throw error;
          }
        },
      }),
      stored,
      depth,
      preprocess: preprocessImage,
      asset,
      signal,
      ...(onEvent ? { onEvent } : {}),
      ...(labels ? { labels } : {}),
      ...(weights ? { weights } : {}),
    });
    if (unconverted) throw unconverted;
    return result;
  });
}
