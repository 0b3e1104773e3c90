// One fault in one format: whether the gates of `check` see it, and if not, whether it changes any answer.
import { SamoyedError } from "@samoyed/core";
import { runCase } from "@samoyed/golden";

/**
 * What float32 leaves open, in units of F: correct backends were measured at up to 3.4 F from PyTorch, and closer to the
 * limit of 8 F `check` says so in its notes from 4 F on.
 */
const ROUNDING = 4;

/** Runs a case on one artifact, and keeps what it answered. */
export async function runArtifact(planted, { backend, path, preprocess }) {
  const answers = [];
  const result = await runCase(planted.loaded, {
    backends: [
      {
        name: backend.name,
        availability: () => backend.availability(),
        async open() {
          const session = await backend.load(path);
          return {
            async run(inputs, options) {
              const outputs = await session.run(inputs, options);
              for (const { data } of outputs.values()) answers.push(data.slice());
              return outputs;
            },
            dispose: () => session.dispose(),
            artifact: { contract: session.contract, sourceSha256: planted.sourceSha256 },
          };
        },
      },
    ],
    preprocess,
    asset: async (name) => {
      throw new Error(`no asset is needed; got ${name}`);
    },
    ...(planted.labels && { labels: planted.labels }),
  });
  return { answers, checks: result.backends[0].checks, verdict: result.backends[0].verdict };
}

/** The largest difference of any answer from another run's. */
function difference(answers, others) {
  return answers.reduce(
    (most, values, run) => values.reduce((largest, x, at) => Math.max(largest, Math.abs(x - others[run][at])), most),
    0,
  );
}

/**
 * Judges a fault.
 *
 * @returns `outcome`: `refused` by the writer or by the engine, `caught` by the checks in `by`, `equal` to the bit without
 * it, within `rounding` (`change`, in units of F), or `missed`.
 */
export async function tryPlant(planted, plant, { backend, preprocess, clean }) {
  const { convert, write, loaded } = planted;
  let path;
  try {
    const model = plant.alter ? await convert(plant.alter) : planted.model;
    const graph = plant.plant ? await plant.plant(model) : model.graph;
    const contract = plant.change ? plant.change(model.contract) : model.contract;
    path = await write({ graph, contract }, backend.format, "plant");
  } catch (error) {
    if (!(error instanceof SamoyedError)) throw error;
    return { outcome: "refused", by: [error.message] };
  }
  const { answers, checks, verdict } = await runArtifact(planted, { backend, path, preprocess });
  if (verdict.kind === "failed") {
    return { outcome: "caught", by: checks.filter(({ status }) => status === "failed").map(({ name }) => name) };
  }
  const { noise } = loaded.recorded.find(({ stored }) => stored === undefined);
  const change = difference(answers, clean.answers) / noise.max;
  if (plant.theme !== "contract" && change === 0) return { outcome: "equal", by: [], change };
  return { outcome: plant.theme !== "contract" && change <= ROUNDING ? "rounding" : "missed", by: [], change };
}
