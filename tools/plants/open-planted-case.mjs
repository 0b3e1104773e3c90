// A golden case with its checkpoint's tensors, its converted model, and that model written in each format with a fault.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { caseCheckpoint } from "@samoyed/check";
import { openCheckpoint, stateDict } from "@samoyed/checkpoint";
import { convertCheckpoint, formatNamed } from "@samoyed/convert";
import { lazyTensor, memorySink, memorySource, readTensor, UnsupportedError } from "@samoyed/core";
import { fileSink, fileSource } from "@samoyed/core/node";
import { loadCase } from "@samoyed/golden/node";
import { expandOperators, CANONICAL_OPERATORS } from "@samoyed/graph";
import { classNames, listModels } from "@samoyed/models";
import { hashFile } from "@samoyed/convert/node";

async function labelsOf({ case: golden }) {
  const published = (await listModels(golden.model)).find(({ name }) => name === golden.model);
  return golden.labels ?? (published && (await classNames(published)));
}

/**
 * Opens the case in a folder.
 *
 * @returns `convert(change)`: its graph and contract, from its weights as `change(paths, alter)` leaves them;
 * `write(model, format, file)`: the path of a model in that format, an UnsupportedError where its writer refuses;
 * `close()`.
 */
export async function openPlantedCase(folder) {
  const loaded = await loadCase(folder);
  const scratch = mkdtempSync(join(tmpdir(), "samoyed-plants-"));
  const path = await caseCheckpoint(loaded, { folder, scratch });
  const sourceSha256 = await hashFile(path, {});
  const source = await fileSource(path);
  const tensors = stateDict(await openCheckpoint(source)).tensors;
  const labels = await labelsOf(loaded);
  const { checkpoint, model, preprocess } = loaded.case;
  const norms = [...tensors.keys()].flatMap((name) => (name.endsWith(".running_mean") ? [name.slice(0, -13)] : []));

  async function changed(alter) {
    const others = new Map(tensors);
    const changes = [];
    if (alter) {
      alter(norms, (name, change) => {
        changes.push(
          readTensor(tensors.get(name)).then((tensor) => {
            const data = tensor.data.slice();
            change(data);
            others.set(name, lazyTensor(name, { ...tensor, data }));
          }),
        );
      });
      await Promise.all(changes);
    }
    return others;
  }

  /** The converted model, read back from the bytes of the `.onnx` file that it became. */
  async function convert(alter) {
    const others = await changed(alter);
    const opened = {
      container: "zip",
      root: others,
      tensors: others,
      metadata: new Map(),
      warnings: [],
      close: async () => {},
    };
    const onnx = memorySink();
    await convertCheckpoint(opened, {
      formats: ["onnx"],
      createSink: async () => onnx,
      sourceName: "planted.pth",
      sourceSha256,
      preprocess,
      ...(labels && { labels }),
      ...(checkpoint.kind === "stand-in" && { model, standIn: checkpoint.note }),
    });
    const bytes = onnx.bytes();
    const open = async () => memorySource(bytes, "planted.onnx");
    const { graph, contract } = await formatNamed("onnx").read({ label: "planted.onnx", local: true, open }, {});
    return { graph, contract };
  }

  async function write({ graph, contract }, name, file) {
    const format = formatNamed(name);
    const operators = (await format.operators?.()) ?? CANONICAL_OPERATORS;
    const context = { contract, weights: "float32", options: {} };
    const prepared = await format.prepare(expandOperators(graph, operators).graph, context);
    if (prepared.refusals.length > 0) {
      throw new UnsupportedError(prepared.refusals.map(({ node, reason }) => `${node}: ${reason}`).join("; "));
    }
    const sinks = [];
    const { entry } = await prepared.write({
      name: file,
      async createSink(part) {
        const to = join(scratch, part);
        mkdirSync(dirname(to), { recursive: true });
        const sink = await fileSink(to);
        sinks.push(sink);
        return sink;
      },
    });
    for (const sink of sinks) await sink.commit();
    return join(scratch, entry);
  }

  return {
    loaded,
    labels,
    sourceSha256,
    convert,
    write,
    async close() {
      await source.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}
