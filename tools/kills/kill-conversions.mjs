import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { performance } from "node:perf_hooks";
import { setImmediate as turn, setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { standInTensors } from "@samoyed/check";
import { writeTorchZip } from "@samoyed/checkpoint";
import { fileSink } from "@samoyed/core/node";

const BIN = fileURLToPath(new URL("../../packages/cli/bin/samoyed.js", import.meta.url));
const FORMATS = ["onnx", "tfjs", "smyd"];

/** Writes a checkpoint of a network with weights drawn from a seed. */
async function writeCheckpoint(path, { model, seed }) {
  const sink = await fileSink(path);
  await writeTorchZip(await standInTensors({ model, seed, head: new Float32Array(1000) }), sink);
  await sink.commit();
}

/** Converts a checkpoint into a folder in all formats; `kill` is called when the process has started. */
function convert(checkpoint, { model, out }, kill = () => undefined) {
  const argv = [BIN, "convert", checkpoint, "--model", model, "--to", FORMATS.join(","), "--out", out];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (text) => (stderr += text));
  const done = new Promise((resolve) => child.once("close", (code, signal) => resolve({ code, signal, stderr })));
  kill(child);
  return done;
}

/** Digest of the files of each format's model, as its entry names them; a model that is not whole is described. */
function digestsOf(out, name) {
  const hash = (...paths) => {
    const digest = createHash("sha256");
    for (const path of paths) digest.update(readFileSync(path));
    return digest.digest("hex");
  };
  return Object.fromEntries(
    FORMATS.map((format) => {
      const entry = join(out, `${name}.${format}`, ...(format === "tfjs" ? ["model.json"] : []));
      try {
        if (format !== "tfjs") return [format, hash(entry)];
        const { weightsManifest } = JSON.parse(readFileSync(entry, "utf8"));
        const shards = weightsManifest.flatMap(({ paths }) => paths);
        return [format, hash(entry, ...shards.map((file) => join(entry, "..", file)))];
      } catch (error) {
        return [format, String(error)];
      }
    }),
  );
}

/** A number from 0 to 1 that a text determines, so that a run can be repeated. */
const fraction = (text) => createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;

/** The moments of kills: what they are called, the new file that is waited for, and the time after that. */
const MOMENTS = [
  ["when it writes", () => true, (whole) => 0.4 * whole],
  ["when files appear", (file) => !file.startsWith("."), () => 12],
];

const everything = (folder) => readdirSync(folder, { recursive: true }).map(String).sort();

/**
 * Kills conversions into a folder that has the old model already, each at another moment, and looks whether the folder
 * has the old model or the new one, whole, in each format. Half of the moments are after the first unfinished file is
 * there, half in the short time in which the files get their names.
 *
 * @returns how often which models were there; what was wrong; the files that a last, whole conversion leaves beside its own.
 */
export async function killConversions(folder, { kills, model, seed, onKill = () => undefined }) {
  const [before, after] = ["before", "after"].map((name) => join(folder, `${name}.pth`));
  await writeCheckpoint(before, { model, seed: "before" });
  await writeCheckpoint(after, { model, seed: "after" });
  const [old, fresh, out] = ["old", "new", "out"].map((name) => join(folder, name));
  const whole = async (checkpoint, to) => {
    const { code, stderr } = await convert(checkpoint, { model, out: to });
    if (code !== 0) throw new Error(`the conversion ended with ${code}: ${stderr}`);
  };
  await whole(before, old);
  const start = performance.now();
  await whole(after, fresh);
  const milliseconds = performance.now() - start;
  // The network's full name, which the files have.
  const name = readdirSync(fresh)
    .find((file) => file.endsWith(".onnx"))
    .replace(/\.onnx$/, "");
  const expected = { old: digestsOf(old, name), new: digestsOf(fresh, name) };
  const counts = { old: 0, new: 0, both: 0, ended: 0 };
  const wrong = [];

  cpSync(old, out, { recursive: true });
  for (let round = 0; round < kills; round++) {
    const found = await oneKill(round);
    onKill(round, found);
  }
  await whole(after, out);
  const left = everything(out).filter((file) => !existsSync(join(fresh, file)));
  return { counts, wrong, left };

  async function oneKill(round) {
    // What killed runs leave stays there for the next one; only the old model comes back, as a conversion writes it.
    if (round % 10 === 0) {
      rmSync(out, { recursive: true, force: true });
      mkdirSync(out);
      cpSync(old, out, { recursive: true });
    } else {
      cpSync(old, out, { recursive: true, force: true });
    }
    const share = fraction(`${seed} ${round}`);
    const [from, waited, span] = MOMENTS[round % MOMENTS.length];
    const { signal } = await convert(after, { model, out }, async (child) => {
      const there = new Set(everything(out));
      while (child.exitCode === null && !everything(out).some((file) => !there.has(file) && waited(basename(file))))
        await turn();
      await wait(share * span(milliseconds));
      child.kill("SIGKILL");
    });
    if (signal === null) counts.ended++;
    const digests = digestsOf(out, name);
    const states = FORMATS.map((format) =>
      digests[format] === expected.old[format] ? "old" : digests[format] === expected.new[format] ? "new" : "neither",
    );
    const at = `kill ${round} (${from}, ${share.toFixed(4)}): ${states.join(", ")}`;
    if (states.includes("neither")) wrong.push(`${at}: ${JSON.stringify(digests)}`);
    else if (new Set(states).size > 1) counts.both++;
    else counts[states[0]]++;
    return at;
  }
}
