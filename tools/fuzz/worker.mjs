// Reads mutants of one target in a process of its own, since a mutant may hang or end it:
//
//   node tools/fuzz/worker.mjs TARGET FROM TO SECONDS PROGRESS-FILE
//
// The number of the mutant that is read is in the progress file; each finding, and the counts, are lines of JSON.
import { openSync, readFileSync, writeSync } from "node:fs";
import { SamoyedError } from "@samoyed/core";
import { loadGenerators } from "./generators.mjs";
import { MAX_ALLOCATED_BYTES, MAX_MILLISECONDS } from "./limits.mjs";
import { TARGETS } from "./targets.mjs";

const [name, from, to, seconds, progress] = process.argv.slice(2);
const { seeds, read, change, wasm = false } = TARGETS[name];
const generators = await loadGenerators();
const damage = change ?? ((seed, random) => generators.mutate(seed.bytes, random));
const all = await seeds();
const file = openSync(progress, "r+");
const counts = { read: 0, refused: 0 };
const report = (line) => writeSync(1, `${JSON.stringify(line)}\n`);

/** The largest WebAssembly memory so far. */
let wasmBytes = 0;
const PAGE_BYTES = 65_536;
WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(options) {
    wasmBytes = Math.max(wasmBytes, PAGE_BYTES * options.initial);
    super(options);
  }
  grow(pages) {
    wasmBytes = Math.max(wasmBytes, this.buffer.byteLength + PAGE_BYTES * pages);
    return super.grow(pages);
  }
};

/**
 * Peak of what is allocated, touched or not: of the address space, and of WebAssembly memories, each of which reserves
 * gigabytes there. Linux only; elsewhere 0.
 */
function peakBytes() {
  const peak = wasm ? "VmHWM" : "VmPeak";
  try {
    return (
      wasmBytes +
      1024 * Number(new RegExp(`^${peak}:\\s+(\\d+)`, "mu").exec(readFileSync("/proc/self/status", "latin1"))[1])
    );
  } catch {
    return 0;
  }
}

function check(error, mutant) {
  if (error instanceof SamoyedError && error.code !== "internal" && error.message !== "") return;
  report({ mutant, problem: `untyped error: ${error instanceof Error ? error.stack : String(error)}` });
}

// A first read loads what the reader needs.
await Promise.resolve(read(change ? { json: all[0].bytes, ...all[0] } : all[0].bytes)).catch(() => undefined);
const until = performance.now() + 1000 * Number(seconds);
let peak = peakBytes();
let mutant = Number(from);
for (; mutant < Number(to) && performance.now() < until; mutant++) {
  writeSync(file, String(mutant).padStart(16), 0);
  const seed = all[mutant % all.length];
  const bytes = damage(seed, generators.seeded(mutant * 7919 + all.length), generators);
  const { user, system } = process.cpuUsage();
  try {
    for (const error of (await read(bytes)) ?? []) check(error, mutant);
    counts.read++;
  } catch (error) {
    check(error, mutant);
    counts.refused++;
  }
  const used = process.cpuUsage();
  const milliseconds = (used.user + used.system - user - system) / 1000;
  if (milliseconds > MAX_MILLISECONDS) report({ mutant, problem: `takes ${milliseconds.toFixed(0)} ms` });
  const now = peakBytes();
  if (now - peak > MAX_ALLOCATED_BYTES) report({ mutant, problem: `allocates ${now - peak} bytes` });
  peak = Math.max(peak, now);
}
report({ done: mutant, counts });
process.exit(0);
