import { encodeNpy, type Tensor } from "@samoyed/core";
import type { CaseBackend } from "../src/backend.ts";
import type { CaseFiles } from "../src/case-files.ts";
import type { Preprocess } from "../src/prepare-inputs.ts";
import { measureNoise } from "../src/noise.ts";
import { sha256Hex } from "../src/sha256.ts";

/** Three images, four classes; gaps are wide except in image 2, whose two best classes are 1e-5 apart. */
export const LOGITS = [
  [4, 1, 0.5, -2],
  [-1, 3, 0, 1],
  [0, 1, 2.00001, 2],
];
export const LABELS = ["circle", "square", "star", "ring"];
export const TRUE_CLASSES = [0, 1, 3];
/** Difference of PyTorch's float32 here: F = 2e-5. */
const NOISE = [2e-5, -1e-5, 1e-5, 0];

export function doubles(rows: readonly (readonly number[])[]): Tensor<"float64"> {
  return { dtype: "float64", shape: [rows.length, rows[0]!.length], data: Float64Array.from(rows.flat()) };
}

export function floats(rows: readonly (readonly number[])[]): Tensor<"float32"> {
  return { dtype: "float32", shape: [rows.length, rows[0]!.length], data: Float32Array.from(rows.flat()) };
}

/** The image's "pixels" are its number, and so is its tensor. */
export const preprocess: Preprocess = (bytes) => ({
  tensor: { dtype: "float32", shape: [1, 1, 1], data: Float32Array.of(bytes[0]!) },
});

const PREPROCESS = {
  inputSize: [1, 1, 1],
  interpolation: "bilinear",
  cropPct: 0.875,
  cropMode: "center",
  mean: [0.5],
  std: [0.5],
};

/** Changes that a test makes to case.json or the files next to it. */
export interface FakeChanges {
  readonly json?: (json: Record<string, any>) => void;
  readonly logits?: readonly (readonly number[])[];
  readonly files?: Readonly<Record<string, Uint8Array>>;
}

/** PyTorch on weights stored as uint8: each logit moves by 0.002, so that image 2 is predicted as 3 instead of 2. */
export const DRIFTED: readonly (readonly number[])[] = LOGITS.map((row) =>
  row.map((logit, index) => logit + (index % 2 === 0 ? -0.002 : 0.002)),
);
export const STORED_SHA256: string = "d".repeat(64);

/** Adds a recording of weights stored as uint8 to a case, with a budget for the drift in dB. */
export function withStored(options: { readonly budget?: number; readonly changes?: FakeChanges } = {}): FakeChanges {
  const { budget, changes = {} } = options;
  const values64 = doubles(DRIFTED);
  const values32 = floats(DRIFTED.map((row) => row.map((logit, index) => logit + NOISE[index % 4]!)));
  return {
    ...changes,
    json: (json) => {
      json["references"].push({
        ...json["references"][0],
        stored: "uint8",
        ...(budget === undefined ? {} : { budget: { sqnr: budget, reason: "because" } }),
        logits64: "logits64.uint8.npy",
        logits32: "logits32.uint8.npy",
        noise: measureNoise(values32.data, values64.data),
        weightsSha256: STORED_SHA256,
      });
      changes.json?.(json);
    },
    files: {
      "logits64.uint8.npy": encodeNpy(values64),
      "logits32.uint8.npy": encodeNpy(values32),
      ...changes.files,
    },
  };
}

/** What case.json states about its images. */
async function imageSet(
  images: readonly { sha256: string; label?: number }[],
  inputSha256: readonly string[],
): Promise<{ count: number; sha256: string }> {
  const lines = images.map(({ sha256, label }, index) => `${sha256} ${inputSha256[index]} ${label ?? "-"}\n`);
  return { count: images.length, sha256: await sha256Hex(new TextEncoder().encode(lines.join(""))) };
}

/** The files of a good case, with changes. */
export async function fakeFiles(changes: FakeChanges = {}): Promise<CaseFiles> {
  const rows = changes.logits ?? LOGITS;
  const values64 = doubles(rows);
  const values32 = floats(rows.map((row) => row.map((logit, index) => logit + NOISE[index % 4]!)));
  const files = new Map<string, Uint8Array>([
    ["logits64.npy", encodeNpy(values64)],
    ["logits32.npy", encodeNpy(values32)],
  ]);
  const images = [];
  const inputSha256 = [];
  for (const [index, label] of TRUE_CLASSES.slice(0, rows.length).entries()) {
    const bytes = Uint8Array.of(index);
    files.set(`images/${index}.bin`, bytes);
    images.push({ path: `images/${index}.bin`, sha256: await sha256Hex(bytes), label });
    inputSha256.push(await sha256Hex(new Uint8Array(Float32Array.of(index).buffer)));
  }
  const json: Record<string, any> = {
    schema: 1,
    name: "fake",
    title: "a case of the tests",
    model: "fake.test",
    checkpoint: { kind: "file", path: "fake.pth", sha256: "a".repeat(64), weightsSha256: "b".repeat(64) },
    images,
    preprocess: PREPROCESS,
    inputSha256,
    labels: [...LABELS],
    references: [
      {
        kind: "recorded",
        logits64: "logits64.npy",
        logits32: "logits32.npy",
        noise: measureNoise(values32.data, values64.data),
        environment: { torch: "2.13.0", threads: 1 },
        weightsSha256: "b".repeat(64),
      },
    ],
  };
  changes.json?.(json);
  json["imageSet"] ??= await imageSet(json["images"], json["inputSha256"]);
  files.set("case.json", new TextEncoder().encode(JSON.stringify(json)));
  for (const [name, bytes] of Object.entries(changes.files ?? {})) files.set(name, bytes);
  return {
    label: "fake",
    read: async (path) => {
      const bytes = files.get(path);
      if (!bytes) throw new Error(`no file ${path}`);
      return bytes;
    },
  };
}

/** A backend that returns row i for image i. */
export function fakeBackend(
  name: string,
  options: {
    readonly rows?: readonly (readonly number[])[];
    readonly overrides?: Partial<CaseBackend>;
    readonly weightsSha256?: string;
  } = {},
): CaseBackend & { disposed: number } {
  const rows = options.rows ?? LOGITS;
  const backend = {
    name,
    disposed: 0,
    availability: async () => ({ available: true as const, version: "1.2.3" }),
    open: async () => ({
      run: async (inputs: Readonly<Record<string, Tensor>>) => {
        const images = Array.from(inputs["input"]!.data as Float32Array);
        return new Map<string, Tensor>([["logits", floats(images.map((image) => rows[image]!))]]);
      },
      dispose: async () => {
        backend.disposed++;
      },
      ...(options.weightsSha256 === undefined ? {} : { weightsSha256: options.weightsSha256 }),
    }),
    ...options.overrides,
  };
  return backend;
}
